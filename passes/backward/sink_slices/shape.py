"""Slices of what only moves elements."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import tensor

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.slice import reshaped, slice
from pock_mlir.dialects.upstream import concat as concatenated
from pock_mlir.dialects.upstream import extract_slice, insert_slice, reshape

from .rules import sinking


@sinking("tensor.expand_shape", "tensor.collapse_shape")
def reassociate(op: tensor.ExpandShapeOp | tensor.CollapseShapeOp, channels: ChannelSlice) -> ir.Value | None:
    """Where the channels are channels of the operand, too."""
    source, shape = op.src, shape_of(op.result)
    taken = reshaped(channels, shape, shape_of(source))
    return None if taken is None else reshape(slice(source, taken), channels.shape(shape))


@sinking("tensor.extract_slice")
def extract(op: tensor.ExtractSliceOp, channels: ChannelSlice) -> ir.Value | None:
    """The same extraction, from the channels that it would take."""
    source, axis = op.source, channels.axis
    offsets, sizes, strides = list(op.static_offsets), list(op.static_sizes), list(op.static_strides)
    if len(sizes) != len(shape_of(op.result)) or strides[axis] != 1:
        return None
    taken = ChannelSlice(axis, tuple((offsets[axis] + start, size) for start, size in channels.ranges))
    offsets[axis], sizes[axis] = 0, taken.size
    return extract_slice(slice(source, taken), offsets, sizes, strides)


@sinking("tensor.insert_slice")
def insert(op: tensor.InsertSliceOp, channels: ChannelSlice) -> ir.Value | None:
    """Where what is inserted has all channels."""
    shape, axis = shape_of(op.result), channels.axis
    if len(shape_of(op.source)) != len(shape) or shape_of(op.source)[axis] != shape[axis]:
        return None
    offsets, strides = list(op.static_offsets), list(op.static_strides)
    return insert_slice(slice(op.source, channels), slice(op.dest, channels), offsets, strides)


@sinking("tensor.concat")
def concat(op: tensor.ConcatOp, channels: ChannelSlice) -> ir.Value | None:
    """Where the parts stand side by side along another axis."""
    if op.dim.value == channels.axis:
        return None
    return concatenated([slice(value, channels) for value in op.operation.operands], op.dim.value)
