"""Gather and indexing: rows of a table, of a tensor with the indexed dimensions flattened."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast, broadcast_shape
from pock_mlir.dialects.embedding import embedding
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import constant, reshape

from .dense import dense_integers
from .unsupported import Unsupported

Indices = Sequence["ir.Value | None"]
"""For each of the first dimensions of a tensor the indices into it, which are broadcast against each other; None for
all of it.
"""


def gather(x: ir.Value, dim: int, index: ir.Value) -> ir.Value:
    """[..., 1]: elements of the flattened x at the index along `dim` and at the own position along the others."""
    table = reshape(x, [math.prod(shape_of(x)), 1])
    return embedding(table, flat_positions(shape_of(x), dim, index))


def flat_positions(shape: Sequence[int], dim: int, index: ir.Value) -> ir.Value:
    """The positions in a flattened tensor of `shape` that `gather` and `scatter` mean."""
    positions = shape_of(index)
    flat = dense_integers([0])
    for d, size in enumerate(shape):
        if d == dim % len(shape):
            coordinate = _wrapped(index, size)
        else:
            own = [positions[d] if e == d else 1 for e in range(len(shape))]
            coordinate = broadcast(reshape(dense_integers(range(positions[d])), own), positions)
        flat = coordinate if d == 0 else _flattened(flat, coordinate, size)
    return flat


def indexed(x: ir.Value, indices: Indices) -> ir.Value:
    """x at the indices, which stand in the result where the indexed dimensions were, or first if these are not next to
    each other.
    """
    shape = shape_of(x)
    places = Places(shape, indices)
    kept = [shape[d] for d in places.before + places.after]
    flat = flat_index(indices, shape, places.common)
    table = reshape(transpose(x, places.order), [places.count, math.prod(kept)])
    rows = reshape(embedding(table, flat), [*places.common, *kept])
    # The dimensions before the indexed ones come first in the result, too.
    rank, before = len(places.common), len(places.before)
    order = [*(rank + i for i in range(before)), *range(rank)]
    return transpose(rows, [*order, *range(rank + before, rank + len(kept))])


class Places:
    """The dimensions of a tensor that are indexed, those `before` and `after` them, and the `common` shape of the
    indices. In `order` the indexed ones come first; they have `count` places. Raises Unsupported for a mask.
    """

    def __init__(self, shape: Sequence[int], indices: Indices) -> None:
        self.indexed = [d for d, index in enumerate(indices) if index is not None]
        given = [index for index in indices if index is not None]
        if any(map(is_mask, given)):
            raise Unsupported("a boolean mask as index: its result has no static shape")
        first, last = self.indexed[0], self.indexed[-1]
        others = [d for d in range(len(shape)) if d not in self.indexed]
        are_neighbours = self.indexed == list(range(first, last + 1))
        self.before = [d for d in others if d < first] if are_neighbours else []
        self.after = others[len(self.before) :]
        self.order = [*self.indexed, *self.before, *self.after]
        self.count = math.prod(shape[d] for d in self.indexed)
        self.common: list[int] = []
        for index in given:
            self.common = broadcast_shape(self.common, shape_of(index))


def is_mask(index: ir.Value) -> bool:
    return ranked(index).element_type == ir.IntegerType.get_signless(1)


def flat_index(indices: Indices, shape: Sequence[int], common: list[int]) -> ir.Value:
    """The indices, broadcast to `common`, as one into the flattened dimensions that have any."""
    flat = None
    for index, size in zip(indices, shape, strict=False):
        if index is not None:
            coordinate = broadcast(_wrapped(index, size), common)
            flat = coordinate if flat is None else _flattened(flat, coordinate, size)
    assert flat is not None
    return flat


def _wrapped(index: ir.Value, size: int) -> ir.Value:
    """Indices as i64, those below 0 counted from the end."""
    i64 = ir.IntegerType.get_signless(64)
    if ranked(index).element_type != i64:
        index = arith.ExtSIOp(ir.RankedTensorType.get(shape_of(index), i64), index).result
    negative = arith.CmpIOp(arith.CmpIPredicate.slt, index, constant(0, index.type)).result
    return arith.SelectOp(negative, arith.AddIOp(index, constant(size, index.type)).result, index).result


def _flattened(outer: ir.Value, inner: ir.Value, size: int) -> ir.Value:
    return arith.AddIOp(arith.MulIOp(outer, constant(size, outer.type)).result, inner).result
