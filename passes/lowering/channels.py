"""Channels of a tensor in upstream ops: taken out of it, and put back into its storage.

In place, a single run of channels is a slice of memory. Several are looked up in a table of indices: a slice for each
run would be a piece of its own each time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch_mlir import ir
from torch_mlir.dialects import arith, linalg, tensor

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.structured import PARALLEL, elementwise, generic, identity_map, projection
from pock_mlir.dialects.upstream import constant, extract_slice, insert_slice


def is_one_run(channels: ChannelSlice) -> bool:
    return len(channels.ranges) == 1


def take(x: ir.Value, channels: ChannelSlice) -> ir.Value:
    """The channels of x, copied: x need not live any longer. (A slice of memory would be taken where it is used.)"""
    shape, axis = list(channels.shape(shape_of(x))), channels.axis
    element, place = ranked(x).element_type, projection(len(shape), [axis])
    if not is_one_run(channels):
        return elementwise(shape, element, [index_table(channels)], lambda i: element_at(x, axis, i), [place])
    start = channels.ranges[0][0]

    def shifted() -> ir.Value:
        index = arith.AddIOp(linalg.IndexOp(axis).result, constant(start, ir.IndexType.get())).result
        return element_at(x, axis, index)

    return elementwise(shape, element, [], shifted)


def run_of(whole: ir.Value, channels: ChannelSlice) -> ir.Value:
    """The channels, a single run, where they lie."""
    return extract_slice(whole, *_run(whole, channels))


def put_run(part: ir.Value, whole: ir.Value, channels: ChannelSlice) -> ir.Value:
    """`whole` with `part` in place of its channels, a single run."""
    offsets, _, strides = _run(whole, channels)
    return insert_slice(part, whole, offsets, strides)


def put(part: ir.Value, whole: ir.Value, channels: ChannelSlice) -> ir.Value:
    """`whole` with `part` in place of its channels, any number of runs: one pass over all of it, in its storage."""
    rank, axis = len(shape_of(whole)), channels.axis
    table = np.full(shape_of(whole)[axis], -1)
    table[list(channels.indices)] = np.arange(channels.size)

    def body(index: ir.Value, old: ir.Value) -> ir.Value:
        zero = constant(0, index.type)
        new = element_at(part, axis, arith.MaxSIOp(index, zero).result)
        return arith.SelectOp(arith.CmpIOp(arith.CmpIPredicate.sge, index, zero).result, new, old).result

    maps = [projection(rank, [axis]), identity_map(rank)]
    return generic([_constant(table)], [whole], maps, [PARALLEL] * rank, body)[0]


def index_table(channels: ChannelSlice) -> ir.Value:
    """The channels, ascending, as a constant."""
    return _constant(np.array(channels.indices))


def element_at(x: ir.Value, axis: int, index: ir.Value) -> ir.Value:
    """The element of x at the place in the loop, but for its index along the axis."""
    at = [linalg.IndexOp(dim).result for dim in range(len(shape_of(x)))]
    at[axis] = index if index.type == ir.IndexType.get() else arith.IndexCastOp(ir.IndexType.get(), index).result
    return tensor.ExtractOp(x, at).result


def _constant(table: np.ndarray) -> ir.Value:
    type = ir.RankedTensorType.get(list(table.shape), ir.IntegerType.get_signless(32))
    value = ir.DenseElementsAttr.get(np.ascontiguousarray(table, dtype=np.int32), type=type.element_type)
    return arith.ConstantOp(type, value).result


def _run(x: ir.Value, channels: ChannelSlice) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
    """Offsets, sizes and strides of a single run."""
    sizes = list(channels.shape(shape_of(x)))
    return [channels.ranges[0][0] if dim == channels.axis else 0 for dim in range(len(sizes))], sizes, [1] * len(sizes)
