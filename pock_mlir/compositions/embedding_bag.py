"""Sums, means and maxima of embeddings over bags of indices."""

from __future__ import annotations

import math
from typing import Literal

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.embedding import embedding
from pock_mlir.dialects.matmul import matmul
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.upstream import constant, div, mul, reshape, select

from .cast import cast
from .dense import dense_integers

Mode = Literal["sum", "mean", "max"]


def embedding_bag(
    table: ir.Value,
    indices: ir.Value,
    offsets: ir.Value,
    bags: int,
    mode: Mode,
    weights: ir.Value | None = None,
    padding: int = -1,
) -> ir.Value:
    """[bags, D] of a table [V, D]: bag b holds the indices from offsets[b] up to the next bag's, but for `padding`."""
    width, element = shape_of(table)[1], ranked(table).element_type
    rows = embedding(table, indices, padding)
    count = shape_of(rows)[0]
    if weights is not None:
        rows = mul(rows, broadcast(reshape(weights, [count, 1]), [count, width]))
    member = _members(offsets, bags, count)
    if padding >= 0:
        counted = arith.CmpIOp(arith.CmpIPredicate.ne, indices, constant(padding, indices.type)).result
        member = arith.AndIOp(member, broadcast(counted, [bags, count])).result
    result = _largest(rows, member) if mode == "max" else matmul(cast(member, element), rows)
    if mode == "mean":
        result = div(result, broadcast(reshape(_sizes(member, element), [bags, 1]), [bags, width]))
    return result


def _members(offsets: ir.Value, bags: int, count: int) -> ir.Value:
    """[bags, count], true where an index is in a bag: it comes at or after the bag's offset and before the next."""
    offsets = cast(offsets, ir.IntegerType.get_signless(64))
    first = broadcast(reshape(offsets, [shape_of(offsets)[0], 1]), [shape_of(offsets)[0], count])
    positions = broadcast(dense_integers(range(count)), [shape_of(offsets)[0], count])
    reached = arith.CmpIOp(arith.CmpIPredicate.sge, positions, first).result
    # The bag is the number of offsets that are reached, less one.
    number = reduce(cast(reached, ir.IntegerType.get_signless(64)), [0])
    own = broadcast(reshape(dense_integers(range(1, bags + 1)), [bags, 1]), [bags, count])
    return arith.CmpIOp(arith.CmpIPredicate.eq, own, broadcast(number, [bags, count])).result


def _sizes(member: ir.Value, element: ir.Type) -> ir.Value:
    """How many indices each bag has, at least one."""
    sizes = reduce(cast(member, element), [1])
    return arith.MaximumFOp(sizes, constant(1.0, sizes.type)).result


def _largest(rows: ir.Value, member: ir.Value) -> ir.Value:
    """The maximum over each bag's rows, 0 for an empty one."""
    bags, count = shape_of(member)
    width = shape_of(rows)[1]
    every = [bags, count, width]
    inside = broadcast(reshape(member, [bags, count, 1]), every)
    elements = broadcast(rows, every)
    largest = reduce(select(inside, elements, constant(-math.inf, elements.type)), [1], "max")
    flags = arith.ExtUIOp(ir.RankedTensorType.get([bags, count], ir.IntegerType.get_signless(32)), member).result
    some = reduce(flags, [1], "max")
    some = arith.CmpIOp(arith.CmpIPredicate.ne, some, constant(0, some.type)).result
    some = broadcast(reshape(some, [bags, 1]), [bags, width])
    return select(some, largest, constant(0.0, largest.type))
