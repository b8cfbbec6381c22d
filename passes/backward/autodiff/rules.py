"""The table of gradient rules."""

from __future__ import annotations

from collections.abc import Callable

from torch_mlir import ir

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.upstream import convert_float, reshape
from pock_mlir.passes.machinery.rules import RuleTable

Thunk = Callable[[], ir.Value]
"""Builds the cotangent of one operand. It is called only if that operand leads to something trained."""

vjp = RuleTable("gradient rule")
"""`@vjp("pock.relu") def relu(op: ReluOp, cotangent: ir.Value) -> list[Thunk | None]`: the vector-Jacobian product of
an op.

Returns per operand a thunk that builds its cotangent, or None where the op is not differentiable in it. `cotangent` is
that of the first result, the only one through which gradients flow. The insertion point and location are set."""


def sum_to(cotangent: ir.Value, shape: list[int]) -> ir.Value:
    """Sums a cotangent over the dimensions along which a value of `shape` was broadcast, in float32 at least."""
    have = shape_of(cotangent)
    aligned = [0] * (len(have) - len(shape)) + list(shape)
    stretched = [i for i, (h, w) in enumerate(zip(have, aligned, strict=True)) if h != w]
    if not stretched:
        return reshape(cotangent, shape)
    return reshape(convert_float(reduce(widened(cotangent), stretched), ranked(cotangent).element_type), shape)


def widened(x: ir.Value) -> ir.Value:
    """x in float32 where its type is narrower."""
    element = ranked(x).element_type
    return convert_float(x, ir.F32Type.get()) if element.width < 32 else x
