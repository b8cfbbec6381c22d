"""Signs, and division with a rounded quotient. The gradient of what is rounded is zero, which is not none."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import ranked
from pock_mlir.dialects.state import zero_gradient
from pock_mlir.dialects.upstream import compare, constant, div, greater, mul, select, sub

QUOTIENTS = {"floor": (math.FloorOp, arith.FloorDivSIOp), "trunc": (math.TruncOp, arith.DivSIOp)}
"""How a quotient is rounded, of floating-point numbers and of integers."""


def _is_float(x: ir.Value) -> bool:
    return isinstance(ranked(x).element_type, ir.FloatType)


def sign(x: ir.Value) -> ir.Value:
    zero, one, minus = (constant(v, x.type) for v in (0, 1, -1))
    if _is_float(x):
        # At 0 the sign is x itself, of which it then is a function.
        at_zero = select(compare(arith.CmpFPredicate.OEQ, x, zero), zero_gradient(x), zero)
        return select(greater(x, zero), one, select(greater(zero, x), minus, at_zero))
    above, below = (arith.CmpIOp(p, x, zero).result for p in (arith.CmpIPredicate.sgt, arith.CmpIPredicate.slt))
    return select(above, one, select(below, minus, zero))


def quotient(a: ir.Value, b: ir.Value, mode: str) -> ir.Value:
    """a / b rounded as QUOTIENTS says."""
    round_, divide = QUOTIENTS[mode]
    if _is_float(a):
        return round_(div(zero_gradient(a), zero_gradient(b))).result
    return divide(a, b).result


def remainder(a: ir.Value, b: ir.Value, mode: str) -> ir.Value:
    """a - b quotient(a, b): of the sign of b ("floor") or of a ("trunc")."""
    rounded = quotient(a, b, mode)
    if _is_float(a):
        return sub(a, mul(rounded, b))
    return arith.SubIOp(a, arith.MulIOp(rounded, b).result).result
