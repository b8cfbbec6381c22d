"""Mixtures of experts: tokens sorted by their expert, counted, and multiplied in groups."""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.matmul import matmul
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import compare, concat, constant, extract_slice, reshape, scale, select, shift

from .cast import cast
from .dense import dense_integers


def grouped_matmul(x: ir.Value, weight: ir.Value, ends: ir.Value) -> ir.Value:
    """Rows of x [S, K] by the matrix of their group, of weight [G, K, N]; group g ends before row ends[g].

    One product with all groups' matrices below each other: of each row only the part of its own group is not 0. Rows
    behind the last group, give 0.
    """
    rows, inner = shape_of(x)
    groups, _, columns = shape_of(weight)
    ends = cast(ends, ir.IntegerType.get_signless(64))
    starts = concat([dense_integers([0]), extract_slice(ends, [0], [groups - 1], [1])], 0) if groups > 1 else None
    places = broadcast(reshape(dense_integers(range(rows)), [rows, 1]), [rows, groups])
    first = broadcast(dense_integers([0]) if starts is None else starts, [rows, groups])
    is_own = arith.AndIOp(
        arith.CmpIOp(arith.CmpIPredicate.sge, places, first).result,
        arith.CmpIOp(arith.CmpIPredicate.slt, places, broadcast(ends, [rows, groups])).result,
    ).result
    every = [rows, groups, inner]
    spread = broadcast(reshape(x, [rows, 1, inner]), every)
    own = select(broadcast(reshape(is_own, [rows, groups, 1]), every), spread, constant(0.0, spread.type))
    return matmul(reshape(own, [rows, groups * inner]), reshape(weight, [groups * inner, columns]))


def histogram(x: ir.Value, bins: int, low: float, high: float) -> ir.Value:
    """How many elements lie in each of the bins between `low` and `high`; those outside count nowhere."""
    count = pymath.prod(shape_of(x))
    x = stop_gradient(reshape(x, [count]))
    place = math.FloorOp(scale(scale(shift(x, -low), bins), 1.0 / (high - low))).result
    place = arith.MinimumFOp(place, constant(bins - 1, place.type)).result
    inside = arith.AndIOp(
        compare(arith.CmpFPredicate.OGE, x, constant(low, x.type)),
        compare(arith.CmpFPredicate.OLE, x, constant(high, x.type)),
    ).result
    every = [count, bins]
    bin_ = broadcast(cast(dense_integers(range(bins)), ranked(x).element_type), every)
    hit = compare(arith.CmpFPredicate.OEQ, broadcast(reshape(place, [count, 1]), every), bin_)
    counted = arith.AndIOp(hit, broadcast(reshape(inside, [count, 1]), every)).result
    return reduce(cast(counted, ranked(x).element_type), [0])
