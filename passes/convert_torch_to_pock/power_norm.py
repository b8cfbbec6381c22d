"""Norms of any order, and the distances that they measure.

Derivatives where an element or the norm is 0 are those of the framework (`norm_backward`): 0.
"""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import compare, constant, mul, reshape, scale, select, sqrt, sub
from pock_mlir.dialects.with_slope import with_slopes

from .conversion import Conversion, Unsupported, broadcast_shape
from .rules import torch_op


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


@torch_op("torch.aten._cdist_forward")
def distances(c: Conversion, a: ir.Value, b: ir.Value, order: float, mode: object = None) -> ir.Value:
    """Between all rows of a [..., P, M] and of b [..., R, M]."""
    if abs(order) == pymath.inf:
        raise Unsupported("the distance of order inf; write (a[:, None] - b[None]).abs().amax(-1)")
    *batch_a, rows, size = shape_of(a)
    *batch_b, columns, _ = shape_of(b)
    shape = [*broadcast_shape(batch_a, batch_b), rows, columns, size]
    a = broadcast(reshape(a, [*batch_a, rows, 1, size]), shape)
    b = broadcast(reshape(b, [*batch_b, 1, columns, size]), shape)
    return reshape(norm(sub(a, b), order, [len(shape) - 1]), c.shape)
