"""Which ops torch.export takes apart: those that the compiler does not convert, as far as torch knows how."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import torch

from pock_mlir.compat.torch import OpOverload, decomposition_table, is_into_aten, schema_of
from pock_mlir.frontends.torch.corrections import corrections


def decompositions(converted: Iterable[str]) -> dict[Any, Callable[..., Any]]:
    """The decompositions for `ExportedProgram.run_decompositions`, without those of the ops named in `converted`.

    Names are those of the torch dialect: "torch.aten.relu", "torch.aten.add.Tensor". An op that stays whole keeps the
    numbers and the speed of its own conversion (linear, layer_norm, scaled_dot_product_attention, cross_entropy_loss).
    """
    kept = set(converted)
    return {op: rule for op, rule in _known().items() if _name(op) not in kept}


@cache
def _known() -> dict[Any, Callable[..., Any]]:
    """Torch's decompositions: those into core aten, and beyond it wherever there are any for what computes anew; and
    ours in the place of some of them.
    """
    beyond = {op: rule for op, rule in decomposition_table.items() if _is_into_aten(op, rule)}
    return beyond | dict(torch.export.default_decompositions().items()) | corrections()


def _is_into_aten(op: Any, rule: Callable[..., Any]) -> bool:
    """Whether an op of aten becomes others of aten (torch's references lead into a lower set of ops, prims)."""
    if not isinstance(op, OpOverload) or op.namespace != "aten" or schema_of(op).is_mutable:
        return False
    return is_into_aten(rule) and all(result.alias_info is None for result in schema_of(op).returns)


def _name(op: OpOverload) -> str:
    schema = schema_of(op)
    name = schema.name.replace("::", ".")
    return f"torch.{name}.{schema.overload_name}" if schema.overload_name else f"torch.{name}"
