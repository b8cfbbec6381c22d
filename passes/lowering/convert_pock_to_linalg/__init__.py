"""convert-pock-to-linalg: computation to linalg, tensor, arith and math.

State ops stay: `pock-convert-state` takes them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

from torch_mlir import ir

from pock_mlir.dialects.traits import OfState, has_trait
from pock_mlir.passes.analyses.functions import all_operations_of, functions_of
from pock_mlir.passes.lowering.lowering_heuristics import by_heuristic
from pock_mlir.passes.lowering.lowerings import alternative, lowering
from pock_mlir.passes.machinery.alternatives import LOWERING
from pock_mlir.passes.machinery.diagnostics import blamed
from pock_mlir.passes.machinery.registry import PassFailure, register_pass

from .recomputed import marking
from .widening import fused, reads_widened
from .without_elements import decided, remove_updates

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


@register_pass("convert-pock-to-linalg")
def convert_pock_to_linalg(module: ir.Operation) -> None:
    """Lowers the dialect's computation to linalg, tensor, arith and math; state ops are left.

    What has alternatives is lowered by the one it names (pock-choose-lowerings), or else by the default's choice.
    """
    remove_updates(module)
    for function in functions_of(module):
        for op in all_operations_of(function):
            with blamed(op.operation):
                _lower(op)


def _lower(op: ir.OpView) -> None:
    name = op.operation.name
    with ir.InsertionPoint(op), op.operation.location:
        known = decided(op.operation)
    if known is not None:
        _replace(op, known)
        return
    rule = _rule_of(op)
    if rule is None:
        if name.startswith("pock.") and not has_trait(op, OfState):
            raise PassFailure(op.operation.location, f"'{name}' op has no lowering to linalg")
        if name.startswith(("torch.", "torch_c.")):
            raise PassFailure(op.operation.location, f"'{name}' op is left over: run convert-torch-to-pock first")
        return
    with ir.InsertionPoint(op), op.operation.location:
        replacement = marking(op, lambda: rule(op))
    _replace(op, replacement)


def _rule_of(op: ir.OpView) -> Callable[[Any], Any] | None:
    name = op.operation.name
    if name in alternative or LOWERING in op.operation.attributes:
        return alternative.chosen(op, by_heuristic).rule
    return lowering.get(name) or (_fused if reads_widened(op.operation) else None)


def _replace(op: ir.OpView, values: list[ir.Value]) -> None:
    for old, new in zip(op.operation.results, values, strict=True):
        if old.type != new.type:
            raise AssertionError(f"a value of type {new.type} for a result of type {old.type}")
        old.replace_all_uses_with(new)
    op.operation.erase()


def _fused(op: ir.OpView) -> ir.Value:
    return fused(op.operation)
