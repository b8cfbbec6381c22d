"""Order: extrema with their indices, and sorting.

The k-th element is chosen by comparing all elements of a row with each other: quadratic in the row's length, but
without a loop, and the gradient goes to the elements that were chosen.
"""

from __future__ import annotations

import math
from typing import Literal

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import constant, extract_slice, reshape, select

from .dense import dense_integers
from .even_shares import evenly_from
from .layout import from_last, to_last
from .triangle import lower_mask

Extremum = Literal["max", "min"]


def first_extremum(rows: ir.Value, kind: Extremum) -> tuple[ir.Value, ir.Value]:
    """Each row's first extremum, which gets all of the gradient, and its index."""
    index = index_of_first_extremum(rows, kind)
    count, length = shape_of(rows)
    chosen = _equal(
        broadcast(dense_integers(range(length)), [count, length]),
        broadcast(reshape(index, [count, 1]), [count, length]),
    )
    value = reduce(select(chosen, rows, constant(0, rows.type)), [1])
    return value, index


def index_of_first_extremum(rows: ir.Value, kind: Extremum) -> ir.Value:
    """The index of each row's first extremum, or of its first NaN."""
    count, length = shape_of(rows)
    rows = _frozen(rows)
    best = broadcast(reshape(reduce(rows, [1], kind), [count, 1]), [count, length])
    found = _equal(rows, best)
    if isinstance(ranked(rows).element_type, ir.FloatType):
        found = arith.OrIOp(found, arith.CmpFOp(arith.CmpFPredicate.UNO, rows, rows).result).result
    indices = broadcast(dense_integers(range(length)), [count, length])
    return reduce(select(found, indices, constant(length, indices.type)), [1], "min")


def running_extremum(x: ir.Value, dim: int, kind: Extremum) -> list[ir.Value]:
    """The extremum of the elements so far and the index of the last that attains it, which gets all of the gradient."""
    shape = shape_of(x)
    if not shape:
        return [x, constant(0, ir.RankedTensorType.get([], ir.IntegerType.get_signless(64)))]
    rows = to_last(x, dim)
    count, length = shape_of(rows)
    # [row, place, element up to the place]
    square = [count, length, length]
    elements = broadcast(reshape(rows, [count, 1, length]), square)
    so_far = broadcast(lower_mask(length, length, 0), square)
    frozen = _frozen(elements)
    first = broadcast(reshape(_frozen(_first_column(rows)), [count, 1, 1]), square)
    # The row's first element is among those so far: it stands in for the others.
    known = select(so_far, frozen, first)
    best = broadcast(reshape(reduce(known, [2], kind), [count, length, 1]), square)
    found = _equal(known, best)
    if isinstance(ranked(rows).element_type, ir.FloatType):
        found = arith.OrIOp(found, arith.CmpFOp(arith.CmpFPredicate.UNO, known, known).result).result
    found = arith.AndIOp(found, so_far).result
    places = broadcast(dense_integers(range(length)), square)
    index = reduce(select(found, places, constant(-1, places.type)), [2], "max")
    chosen = _equal(places, broadcast(reshape(index, [count, length, 1]), square))
    value = reduce(select(chosen, elements, constant(0, elements.type)), [2])
    return [from_last(value, dim, shape), from_last(index, dim, shape)]


def _first_column(rows: ir.Value) -> ir.Value:
    return extract_slice(rows, [0, 0], [shape_of(rows)[0], 1], [1, 1])


def median_of_all(x: ir.Value) -> ir.Value:
    """[]: the lower of the two elements in the middle; equal elements share the gradient."""
    rows = reshape(x, [1, math.prod(shape_of(x))])
    value = reshape(median_of_rows(_frozen(rows))[0], [])
    return evenly_from(x, value) if isinstance(ranked(x).element_type, ir.FloatType) else value


def median_of_rows(rows: ir.Value) -> tuple[ir.Value, ir.Value]:
    """Per row the element in the middle and its index, or its first NaN."""
    value, index = element_at(rows, (shape_of(rows)[1] - 1) // 2)
    if not isinstance(ranked(rows).element_type, ir.FloatType):
        return value, index
    frozen, places = _frozen(rows), _places(rows)
    is_nan = arith.CmpFOp(arith.CmpFPredicate.UNO, frozen, frozen).result
    length = constant(shape_of(rows)[1], places.type)
    first = reduce(select(is_nan, places, length), [1], "min")
    has_nan = _less(first, constant(shape_of(rows)[1], first.type))
    index = select(has_nan, first, index)
    chosen = _equal(places, broadcast(reshape(index, [shape_of(rows)[0], 1]), shape_of(rows)))
    return reduce(select(chosen, rows, constant(0, rows.type)), [1]), index


def element_at(rows: ir.Value, place: int) -> tuple[ir.Value, ir.Value]:
    """Per row the element at a place of the sorted row, and its index."""
    ranks = _ranks(_frozen(rows), False)
    chosen = _equal(ranks, constant(place, ranks.type))
    value, index = (reduce(select(chosen, v, constant(0, v.type)), [1]) for v in (rows, _places(rows)))
    return value, index


def _places(rows: ir.Value) -> ir.Value:
    return broadcast(dense_integers(range(shape_of(rows)[1])), shape_of(rows))


def sort(x: ir.Value, dim: int, *, descending: bool = False, k: int | None = None) -> list[ir.Value]:
    """The first k of x (by default all) sorted along `dim`, and their indices; equal elements keep their order."""
    shape = shape_of(x)
    if not shape:
        return [x, constant(0, ir.RankedTensorType.get([], ir.IntegerType.get_signless(64)))]
    rows = to_last(x, dim)
    count, length = shape_of(rows)
    k = length if k is None else k
    chosen = [count, k, length]
    # Element j of a row is the one at place p of the sorted row.
    ranks = broadcast(reshape(_ranks(_frozen(rows), descending), [count, 1, length]), chosen)
    is_there = _equal(ranks, broadcast(reshape(dense_integers(range(k)), [k, 1]), chosen))
    results = []
    for source in (reshape(rows, [count, 1, length]), dense_integers(range(length))):
        elements = broadcast(source, chosen)
        results.append(from_last(reduce(select(is_there, elements, constant(0, elements.type)), [2]), dim, shape))
    return results


def _ranks(rows: ir.Value, descending: bool) -> ir.Value:
    """How many elements of its row come before each element when the row is sorted."""
    count, length = shape_of(rows)
    every = [count, length, length]
    one = broadcast(reshape(rows, [count, length, 1]), every)
    other = broadcast(reshape(rows, [count, 1, length]), every)
    before = _less(one, other) if descending else _less(other, one)
    earlier = broadcast(lower_mask(length, length, -1), every)
    after = _less(other, one) if descending else _less(one, other)
    equal = arith.XOrIOp(arith.OrIOp(before, after).result, constant(True, before.type)).result
    first = arith.OrIOp(before, arith.AndIOp(equal, earlier).result).result
    integers = ir.RankedTensorType.get(every, ir.IntegerType.get_signless(64))
    return reduce(arith.ExtUIOp(integers, first).result, [2])


def _less(a: ir.Value, b: ir.Value) -> ir.Value:
    """Whether a comes before b; NaN comes last."""
    if isinstance(ranked(a).element_type, ir.FloatType):
        less = arith.CmpFOp(arith.CmpFPredicate.ULT, a, b).result
        return arith.AndIOp(less, arith.CmpFOp(arith.CmpFPredicate.ORD, a, a).result).result
    return arith.CmpIOp(arith.CmpIPredicate.slt, a, b).result


def _equal(a: ir.Value, b: ir.Value) -> ir.Value:
    if isinstance(ranked(a).element_type, ir.FloatType):
        return arith.CmpFOp(arith.CmpFPredicate.OEQ, a, b).result
    return arith.CmpIOp(arith.CmpIPredicate.eq, a, b).result


def _frozen(x: ir.Value) -> ir.Value:
    """x where only comparisons use it: the maximum's own rule would not know that no gradient comes back."""
    return stop_gradient(x) if isinstance(ranked(x).element_type, ir.FloatType) else x
