"""pock-adapt-to-iree: what IREE compiles wrongly, not at all or much too slowly, in another form.

A form that costs other backends nothing may stand in the lowerings; here are those that only IREE 3.13 needs.
"""

from __future__ import annotations

import importlib
import pkgutil

from torch_mlir import ir
from torch_mlir.dialects import linalg, tensor

from pock_mlir.dialects.base import defining_op
from pock_mlir.passes.analyses.functions import functions_of, operations_of
from pock_mlir.passes.machinery.diagnostics import blamed
from pock_mlir.passes.machinery.registry import register_pass

from .rules import adaptation

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


@register_pass("pock-adapt-to-iree")
def adapt_to_iree(module: ir.Operation) -> None:
    """Writes what IREE compiles wrongly, not at all or too slowly in another form; on a lowered step."""
    for function in functions_of(module):
        for op in operations_of(function):
            for inner in _body(op.operation):
                _adapt(inner)
            _adapt(op)


def _body(operation: ir.Operation) -> list[ir.OpView]:
    """The scalar ops of a structured op."""
    if not operation.name.startswith("linalg."):
        return []
    return [op for region in operation.regions for block in region.blocks for op in block.operations]


def _adapt(op: ir.OpView) -> None:
    rule = adaptation.get(op.operation.name)
    if rule is None:
        return
    with blamed(op.operation), ir.InsertionPoint(op), op.operation.location:
        result = rule(op)
        if result is not None:
            op.operation.result.replace_all_uses_with(result)
            _erase(op.operation)


def _erase(operation: ir.Operation) -> None:
    """Erases an op, and the empty and filled tensors that it alone began with."""
    begun = [
        op for value in operation.operands if (op := defining_op(value, linalg.FillOp, tensor.EmptyOp)) is not None
    ]
    operation.erase()
    for op in begun:
        if not list(op.operation.result.uses):
            _erase(op.operation)
