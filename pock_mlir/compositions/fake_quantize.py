"""Fake quantization: values rounded to those that integers of few bits stand for.

Its gradient is straight through (Bengio et al., arXiv:1308.3432): the cotangent where the integer was in range, else 0.
"""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import add, compare, constant, div, mul, select, sub
from pock_mlir.dialects.with_slope import with_slopes


def fake_quantize(x: ir.Value, step: ir.Value, zero: ir.Value, low: int, high: int) -> tuple[ir.Value, ir.Value]:
    """(clamp(round(x / step) + zero, low, high) - zero) step, and where nothing was clamped."""
    least, most = constant(low, x.type), constant(high, x.type)
    rounded = math.RoundEvenOp(mul(stop_gradient(x), div(constant(1.0, x.type), step))).result
    integer = add(rounded, zero)
    above = compare(arith.CmpFPredicate.OGE, integer, least)
    inside = arith.AndIOp(above, compare(arith.CmpFPredicate.OLE, integer, most)).result
    clamped = arith.MaximumFOp(arith.MinimumFOp(integer, most).result, least).result
    value = mul(sub(clamped, zero), step)
    slope = select(inside, constant(1.0, x.type), constant(0.0, x.type))
    return with_slopes(value, [(x, slope)]), inside
