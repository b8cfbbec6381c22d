"""Norms of any order, and the distances that they measure.

Derivatives where an element or the norm is 0 are those of PyTorch (`norm_backward`): 0.
"""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast, broadcast_shape
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import add, compare, constant, mul, reshape, scale, select, sqrt, sub
from pock_mlir.dialects.with_slope import with_slopes


def norm(x: ir.Value, order: float, axes: list[int]) -> ir.Value:
    """(sum |x|^p)^(1/p) along the axes; for p = 0 the number of elements that are not 0, for infinite p an extremum."""
    if order == 0:
        other = compare(arith.CmpFPredicate.UNE, stop_gradient(x), constant(0.0, x.type))
        return reduce(arith.UIToFPOp(x.type, other).result, axes)
    if order == 1:
        return reduce(math.AbsFOp(x).result, axes)
    if order == 2:
        return root_of_squares(reduce(mul(x, x), axes))
    if abs(order) == pymath.inf:
        return reduce(math.AbsFOp(x).result, axes, "max" if order > 0 else "min")
    size = math.AbsFOp(x).result
    slope = math.CopySignOp(scale(_power(size, order - 1), abs(order)), x).result
    slope = scale(slope, pymath.copysign(1.0, order))
    if order < 1:
        slope = _zero_at(size, slope)
    total = reduce(with_slopes(_power(size, order), [(x, slope)]), axes)
    value = _power(total, 1 / order)
    return with_slopes(value, [(total, _zero_at(value, scale(_power(value, 1 - order), 1 / order)))])


def root_of_squares(total: ir.Value) -> ir.Value:
    """The square root of a sum of squares; where that is 0, its gradient is 0, too. NaN stays NaN."""
    zero = constant(0.0, total.type)
    positive = arith.CmpFOp(arith.CmpFPredicate.UGT, total, zero).result
    return select(positive, sqrt(select(positive, total, constant(1.0, total.type))), zero)


def _power(x: ir.Value, exponent: float) -> ir.Value:
    return math.PowFOp(x, constant(exponent, x.type)).result


def _zero_at(x: ir.Value, value: ir.Value) -> ir.Value:
    """The value, 0 where x is."""
    zero = constant(0.0, x.type)
    return select(compare(arith.CmpFPredicate.OEQ, x, zero), zero, value)


def distances(a: ir.Value, b: ir.Value, order: float) -> ir.Value:
    """[..., P, R]: between all rows of a [..., P, M] and of b [..., R, M]."""
    *batch_a, rows, size = shape_of(a)
    *batch_b, columns, _ = shape_of(b)
    shape = [*broadcast_shape(batch_a, batch_b), rows, columns, size]
    a = broadcast(reshape(a, [*batch_a, rows, 1, size]), shape)
    b = broadcast(reshape(b, [*batch_b, 1, columns, size]), shape)
    difference = sub(a, b)
    return _largest(difference) if order == pymath.inf else norm(difference, order, [len(shape) - 1])


def _largest(x: ir.Value) -> ir.Value:
    """The largest size along the last axis, of which each element that has it has the whole gradient.

    NaN counts nothing there, and has a gradient of NaN.
    """
    shape, size, zero = shape_of(x), math.AbsFOp(x).result, constant(0.0, x.type)
    is_number = compare(arith.CmpFPredicate.ORD, x, x)
    largest = stop_gradient(reduce(select(is_number, size, zero), [len(shape) - 1], "max"))
    is_largest = compare(arith.CmpFPredicate.OEQ, size, broadcast(reshape(largest, [*shape[:-1], 1]), shape))
    sign = _zero_at(x, math.CopySignOp(constant(1.0, x.type), x).result)
    slope = select(is_number, select(is_largest, sign, zero), x)
    slopes = with_slopes(zero, [(x, slope)])
    return add(largest, reduce(slopes, [len(shape) - 1]))
