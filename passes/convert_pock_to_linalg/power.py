"""Lowering of math.powf where IREE's form, exp(y log x), is not a number: at a negative x, and for 0^0."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.upstream import compare, constant, greater, neg, scale, select

from .rules import lowering


@lowering("math.powf")
def powf(op: math.PowFOp) -> ir.Value:
    """|x|^y, negative for a negative x and an odd y; NaN for a negative x and a y that is no integer."""
    x, y = op.lhs, op.rhs
    zero, nan = constant(0.0, x.type), constant(float("nan"), x.type)
    magnitude = math.PowFOp(math.AbsFOp(x).result, y).result
    signed = select(_is_integer(scale(y, 0.5)), magnitude, neg(magnitude))
    below = select(_is_integer(y), signed, nan)
    power = select(greater(zero, x), below, magnitude)
    return select(compare(arith.CmpFPredicate.OEQ, y, zero), constant(1.0, x.type), power)


def _is_integer(x: ir.Value) -> ir.Value:
    return compare(arith.CmpFPredicate.OEQ, x, math.FloorOp(x).result)
