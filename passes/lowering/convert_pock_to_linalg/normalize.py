"""Lowering of normalisation: mean and variance in two passes, which loses no digits where the mean is large."""

from __future__ import annotations

import math as pymath
from collections.abc import Callable

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.normalize import NormalizeOp
from pock_mlir.dialects.structured import Body, elementwise, identity_map, projection, reduction
from pock_mlir.dialects.upstream import constant
from pock_mlir.passes.lowering.lowerings import alternative


@alternative("pock.normalize", "at-once")
def at_once(op: NormalizeOp) -> list[ir.Value]:
    """Each sum by one reduction."""
    return _normalized(op, lambda x, term: _sum(x, list(op.dims), term))


@alternative("pock.normalize", "in-two-sums", lambda op: len(op.dims) > 1)
def in_two_sums(op: NormalizeOp) -> list[ir.Value]:
    """Each sum first within each entry of the outermost dimension: shorter sums lose fewer digits, and there are more
    of them to share among threads.
    """
    first, *inner = op.dims
    return _normalized(op, lambda x, term: _sum(_sum(x, inner, term), [first], lambda e: e))


def _normalized(op: NormalizeOp, total: Callable[[ir.Value, Body], ir.Value]) -> list[ir.Value]:
    """`total(x, term)` sums `term` over the op's dimensions of x."""
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

    mean = elementwise(row_shape, element, [total(op.x, lambda x: x)], over_count)
    centred = elementwise(shape, element, [op.x, mean], lambda x, m: arith.SubFOp(x, m).result, [whole, rows])
    squares = total(centred, lambda c: arith.MulFOp(c, c).result)
    variance = elementwise(row_shape, element, [squares], over_count)
    result = elementwise(shape, element, [centred, variance], normalised, [whole, rows])
    return [result, mean, variance]


def _sum(x: ir.Value, dims: list[int], term: Body) -> ir.Value:
    return reduction([x], dims, 0.0, lambda e, total: arith.AddFOp(term(e), total).result)
