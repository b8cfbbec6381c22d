"""Slices of a convolution's weight gradient."""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.conv2d import Conv2dWeightGradOp, Window, conv2d_weight_grad
from pock_mlir.dialects.slice import slice

from .rules import sinking

INPUT, OUTPUT = 2, 3
"""The axes of a weight's channels."""
CHANNELS = 3
"""The axis of an image's channels."""


@sinking("pock.conv2d_weight_grad")
def weight_grad(op: Conv2dWeightGradOp, channels: ChannelSlice) -> ir.Value | None:
    """Output channels are those of the cotangent, input channels those of the image; taps are all computed together."""
    if channels.axis == OUTPUT:
        return _outputs(op, channels)
    return _inputs(op, channels) if channels.axis == INPUT else None


def _inputs(op: Conv2dWeightGradOp, channels: ChannelSlice) -> ir.Value:
    """The same channels of each group."""
    groups, per_group = op.groups.value, shape_of(op.result)[INPUT]
    taken = [group * per_group + index for group in range(groups) for index in channels.indices]
    image = _channels(op.image, taken)
    return conv2d_weight_grad(op.cotangent, image, channels.shape(shape_of(op.result)), Window.of(op), groups)


def _outputs(op: Conv2dWeightGradOp, channels: ChannelSlice) -> ir.Value | None:
    """Groups of which no channel is needed fall away. Where the others have different numbers of channels left, all of
    theirs are computed.
    """
    groups, (*kernel, c_group, outputs) = op.groups.value, shape_of(op.result)
    per_group = outputs // groups
    left: dict[int, list[int]] = {}
    for index in channels.indices:
        left.setdefault(index // per_group, []).append(index)
    is_even = len({len(indices) for indices in left.values()}) == 1
    kept = [i for g in left for i in (left[g] if is_even else range(g * per_group, (g + 1) * per_group))]
    if len(kept) == outputs:
        return None
    image = _channels(op.image, [g * c_group + i for g in left for i in range(c_group)])
    shape = [*kernel, c_group, len(kept)]
    gradient = conv2d_weight_grad(_channels(op.cotangent, kept), image, shape, Window.of(op), len(left))
    wanted = [kept.index(index) for index in channels.indices]
    return gradient if len(wanted) == len(kept) else slice(gradient, ChannelSlice.from_indices(OUTPUT, wanted))


def _channels(image: ir.Value, indices: Sequence[int]) -> ir.Value:
    if len(indices) == shape_of(image)[CHANNELS]:
        return image
    return slice(image, ChannelSlice.from_indices(CHANNELS, indices))
