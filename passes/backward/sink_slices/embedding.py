"""Slices of an embedding's gradient."""

from __future__ import annotations

import numpy as np
from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.embedding import EmbeddingGradOp, embedding_grad
from pock_mlir.dialects.embedding import embedding as rows_of
from pock_mlir.dialects.slice import slice
from pock_mlir.dialects.upstream import constant, reshape, select

from .rules import sinking


@sinking("pock.embedding_grad")
def embedding_grad_(op: EmbeddingGradOp, channels: ChannelSlice) -> ir.Value:
    """Of each row some elements, or some rows: what goes to others is zero, and goes to the first of these."""
    padding, (count, _) = op.padding_index.value, shape_of(op.result)
    if channels.axis == 1:
        last = len(shape_of(op.cotangent)) - 1
        return embedding_grad(slice(op.cotangent, ChannelSlice(last, channels.ranges)), op.indices, count, padding)
    places = _places(op.indices, channels, count)
    is_taken = arith.CmpIOp(arith.CmpIPredicate.sge, places, constant(0, places.type)).result
    rows = arith.MaxSIOp(places, constant(0, places.type)).result
    shape = shape_of(op.cotangent)
    mask = broadcast(reshape(is_taken, [*shape[:-1], 1]), shape)
    cotangent = select(mask, op.cotangent, constant(0.0, op.cotangent.type))
    taken = channels.indices
    return embedding_grad(cotangent, rows, len(taken), taken.index(padding) if padding in taken else -1)


def _places(indices: ir.Value, channels: ChannelSlice, count: int) -> ir.Value:
    """At which place of the chosen rows each index is; -1 where it is at none."""
    integer = ranked(indices).element_type
    (start, size), *further = channels.ranges
    if further:
        table = np.full((count, 1), -1)
        table[list(channels.indices), 0] = np.arange(channels.size)
        value = ir.DenseElementsAttr.get(table.astype(f"int{integer.width}"), type=integer)
        constant_table = arith.ConstantOp(ir.RankedTensorType.get([count, 1], integer), value).result
        return reshape(rows_of(constant_table, indices), shape_of(indices))
    place = arith.SubIOp(indices, constant(start, indices.type)).result
    inside = arith.CmpIOp(arith.CmpIPredicate.ult, place, constant(size, indices.type)).result
    return select(inside, place, constant(-1, indices.type))
