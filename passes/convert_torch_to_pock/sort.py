"""Order: extrema with their indices, and sorting.

The k-th element is chosen by comparing all elements of a row with each other: quadratic in the row's length, but
without a loop, and the gradient goes to the elements that were chosen.
"""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import constant, reshape, select

from .conversion import Conversion
from .creation import dense_integers
from .layout import from_last, to_last
from .rules import torch_op
from .triangle import lower_mask


@torch_op("torch.aten.argmax")
def argmax(c: Conversion, x: ir.Value, dim: int | None = None, keepdim: bool = False) -> ir.Value:
    return _argument(c, x, dim, "max")


@torch_op("torch.aten.argmin")
def argmin(c: Conversion, x: ir.Value, dim: int | None = None, keepdim: bool = False) -> ir.Value:
    return _argument(c, x, dim, "min")


def _argument(c: Conversion, x: ir.Value, dim: int | None, kind: str) -> ir.Value:
    if dim is None or not shape_of(x):
        x, dim = reshape(x, [_size(x)]), 0
    return reshape(_first_extremum(to_last(x, dim), kind), c.shape)


@torch_op("torch.aten.max.dim")
def max_dim(c: Conversion, x: ir.Value, dim: int, keepdim: bool = False) -> list[ir.Value]:
    return _extremum(c, x, dim, "max")


@torch_op("torch.aten.min.dim")
def min_dim(c: Conversion, x: ir.Value, dim: int, keepdim: bool = False) -> list[ir.Value]:
    return _extremum(c, x, dim, "min")


def _extremum(c: Conversion, x: ir.Value, dim: int, kind: str) -> list[ir.Value]:
    """The first extremum along `dim`, which gets all of the gradient, and its index."""
    shape = c.shape
    rows = to_last(x, dim) if shape_of(x) else reshape(x, [1, 1])
    index = _first_extremum(rows, kind)
    count, length = shape_of(rows)
    chosen = _equal(
        broadcast(dense_integers(range(length)), [count, length]),
        broadcast(reshape(index, [count, 1]), [count, length]),
    )
    value = reduce(select(chosen, rows, constant(0, rows.type)), [1])
    return [reshape(value, shape), reshape(index, shape)]


def _first_extremum(rows: ir.Value, kind: str) -> ir.Value:
    """The index of each row's first extremum, or of its first NaN."""
    count, length = shape_of(rows)
    rows = _frozen(rows)
    best = broadcast(reshape(reduce(rows, [1], kind), [count, 1]), [count, length])
    found = _equal(rows, best)
    if isinstance(ranked(rows).element_type, ir.FloatType):
        found = arith.OrIOp(found, arith.CmpFOp(arith.CmpFPredicate.UNO, rows, rows).result).result
    indices = broadcast(dense_integers(range(length)), [count, length])
    return reduce(select(found, indices, constant(length, indices.type)), [1], "min")


@torch_op("torch.aten.sort")
def sort(c: Conversion, x: ir.Value, dim: int = -1, descending: bool = False) -> list[ir.Value]:
    return _sorted(x, dim, descending, None)


@torch_op("torch.aten.sort.stable")
def stable_sort(
    c: Conversion, x: ir.Value, stable: bool | None = None, dim: int = -1, descending: bool = False
) -> list[ir.Value]:
    return _sorted(x, dim, descending, None)


@torch_op("torch.aten.argsort")
def argsort(c: Conversion, x: ir.Value, dim: int = -1, descending: bool = False) -> ir.Value:
    return _sorted(x, dim, descending, None)[1]


@torch_op("torch.aten.topk")
def topk(
    c: Conversion, x: ir.Value, k: int, dim: int = -1, largest: bool = True, ordered: bool = True
) -> list[ir.Value]:
    return _sorted(x, dim, largest, k)


def _sorted(x: ir.Value, dim: int, descending: bool, k: int | None) -> list[ir.Value]:
    """The first k of x sorted along `dim`, and their indices; equal elements keep their order."""
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
    first = arith.OrIOp(before, arith.AndIOp(_equal(one, other), earlier).result).result
    integers = ir.RankedTensorType.get(every, ir.IntegerType.get_signless(64))
    return reduce(arith.ExtUIOp(integers, first).result, [2])


def _less(a: ir.Value, b: ir.Value) -> ir.Value:
    if isinstance(ranked(a).element_type, ir.FloatType):
        return arith.CmpFOp(arith.CmpFPredicate.OLT, a, b).result
    return arith.CmpIOp(arith.CmpIPredicate.slt, a, b).result


def _equal(a: ir.Value, b: ir.Value) -> ir.Value:
    if isinstance(ranked(a).element_type, ir.FloatType):
        return arith.CmpFOp(arith.CmpFPredicate.OEQ, a, b).result
    return arith.CmpIOp(arith.CmpIPredicate.eq, a, b).result


def _frozen(x: ir.Value) -> ir.Value:
    """x where only comparisons use it: the maximum's own rule would not know that no gradient comes back."""
    return stop_gradient(x) if isinstance(ranked(x).element_type, ir.FloatType) else x


def _size(x: ir.Value) -> int:
    size = 1
    for extent in shape_of(x):
        size *= extent
    return size
