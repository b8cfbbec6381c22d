"""Lowering of normalisation: mean and variance in two passes, which loses no digits where the mean is large."""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.normalize import NormalizeOp
from pock_mlir.dialects.upstream import constant

from .rules import lowering
from .structured import Body, elementwise, identity_map, projection, reduction


@lowering("pock.normalize")
def normalize(op: NormalizeOp) -> list[ir.Value]:
    shape, element, dims = shape_of(op.x), ranked(op.x).element_type, list(op.dims)
    rank = len(shape)
    kept = [d for d in range(rank) if d not in dims]
    rows, whole = projection(rank, kept), identity_map(rank)
    row_shape = [shape[d] for d in kept]
    count = pymath.prod(shape[d] for d in dims)

    def over_count(total: ir.Value) -> ir.Value:
        return arith.MulFOp(total, constant(1.0 / count, element)).result

    def normalised(centred: ir.Value, variance: ir.Value) -> ir.Value:
        rstd = math.RsqrtOp(arith.AddFOp(variance, constant(op.eps.value, element)).result).result
        return arith.MulFOp(centred, rstd).result

    mean = elementwise(row_shape, element, [_total(op.x, dims, lambda x: x)], over_count)
    centred = elementwise(shape, element, [op.x, mean], lambda x, m: arith.SubFOp(x, m).result, [whole, rows])
    squares = _total(centred, dims, lambda c: arith.MulFOp(c, c).result)
    variance = elementwise(row_shape, element, [squares], over_count)
    result = elementwise(shape, element, [centred, variance], normalised, [whole, rows])
    return [result, mean, variance]


def _total(x: ir.Value, dims: list[int], term: Body) -> ir.Value:
    """The sum of `term` over `dims`; for columns (the last dimension is kept) first within each entry of the outermost
    of them: shorter sums lose fewer digits, and there are more of them to share among threads.
    """

    def summed(e: ir.Value, total: ir.Value) -> ir.Value:
        return arith.AddFOp(term(e), total).result

    if len(dims) == 1 or dims[-1] == len(shape_of(x)) - 1:
        return reduction([x], dims, 0.0, summed)
    inner = reduction([x], dims[1:], 0.0, summed)
    return reduction([inner], [dims[0]], 0.0, lambda e, total: arith.AddFOp(e, total).result)
