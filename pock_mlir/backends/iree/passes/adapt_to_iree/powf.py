"""math.powf where IREE's form, exp(y log x), is not a number: at a negative x, for 0^0, and at 1 for y not finite."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.upstream import compare, constant, greater, scale, select

from .rules import adaptation


@adaptation("math.powf")
def powf(op: math.PowFOp) -> ir.Value:
    """|x|^y with the sign of x for an odd y; NaN for a finite negative x and a finite y that is no integer."""
    x, y = op.lhs, op.rhs
    zero, one, nan, lowest = (constant(v, x.type) for v in (0.0, 1.0, float("nan"), float("-inf")))
    absolute = math.AbsFOp(x).result
    is_one = compare(arith.CmpFPredicate.OEQ, absolute, one)
    magnitude = select(is_one, one, math.PowFOp(absolute, y).result)
    signed = select(_is_integer(scale(y, 0.5)), magnitude, math.CopySignOp(magnitude, x).result)
    power = select(_is_integer(y), signed, magnitude)
    finite = arith.AndIOp(greater(zero, x), greater(x, lowest)).result
    fraction = compare(arith.CmpFPredicate.UNE, y, math.FloorOp(y).result)
    power = select(arith.AndIOp(finite, fraction).result, nan, power)
    return select(compare(arith.CmpFPredicate.OEQ, y, zero), one, power)


def _is_integer(x: ir.Value) -> ir.Value:
    return compare(arith.CmpFPredicate.OEQ, x, math.FloorOp(x).result)
