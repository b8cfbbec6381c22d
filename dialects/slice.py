"""Channels of a tensor, and how ops say which: by an axis and ranges along it."""

import builtins
from itertools import pairwise
from typing import Any

import numpy as np
from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from pock_mlir.channel_slices import ChannelSlice

from .base import I64Array, Pock, build, i64_array, ranked, require, require_one_element_type, shape_of, verifier
from .traits import Pure, Selects
from .upstream import common_groups


class SliceOp(Pock.Operation, name="slice", traits=[Pure, Selects]):
    """The channels of x along the dimension `axis` that lie in `ranges`, in their order.

    `ranges` (`array<i64>`) are pairs of start and size, one behind the other: ascending, none touching the next.
    """

    x: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]
    axis: ir.IntegerAttr
    ranges: I64Array

    linear_operands = (0,)

    @verifier
    def verify_invariants(self) -> None:
        expected = require_slice_of(self, shape_of(self.x))
        require(shape_of(self.result) == expected, f"result shape {shape_of(self.result)} is not {expected}")
        require_one_element_type("x and result", self.x, self.result)


def require_slice(op: Any) -> ChannelSlice:
    """The slice that an op says by its `axis` and `ranges`. Fails the running verifier where they say none."""
    axis, ranges = op.axis.value, i64_array(op, "ranges", minimum=0)
    require(axis >= 0, f"attribute 'axis' must be at least 0, got {axis}")
    runs = list(zip(ranges[::2], ranges[1::2], strict=False))
    are_runs = len(ranges) % 2 == 0 and len(runs) > 0 and all(size > 0 for _, size in runs)
    require(
        are_runs and all(a[0] + a[1] < b[0] for a, b in pairwise(runs)),
        f"attribute 'ranges' must be pairs of start and size, ascending, none touching the next, got {ranges}",
    )
    return channel_slice(op)


def require_slice_of(op: Any, whole: list[int]) -> list[int]:
    """The shape of the slice that an op says of what has the shape `whole`. Fails the running verifier as above, and
    where the slice does not fit.
    """
    channels = require_slice(op)
    fits = channels.axis < len(whole) and channels.end <= whole[channels.axis]
    require(fits, f"expects a slice within shape {whole}, got axis {channels.axis} up to channel {channels.end}")
    return list(channels.shape(whole))


def channel_slice(op: Any) -> ChannelSlice:
    """The slice that an op says, a valid one."""
    ranges = list(op.ranges)
    return ChannelSlice(op.axis.value, tuple(zip(ranges[::2], ranges[1::2], strict=True)))


def slice_attributes(channels: ChannelSlice) -> dict[str, Any]:
    """How an op says a slice."""
    return {"axis": channels.axis, "ranges": [number for run in channels.ranges for number in run]}


def slice(x: ir.Value, channels: ChannelSlice) -> ir.Value:
    result = ir.RankedTensorType.get(list(channels.shape(shape_of(x))), ranked(x).element_type)
    return build("pock.slice", [result], [x], **slice_attributes(channels)).result


def reshaped(channels: ChannelSlice, before: list[int], after: list[int]) -> ChannelSlice | None:
    """What the channels of a tensor of the shape `before` are once it has the shape `after`; None where they are no
    channels of that.
    """
    if 0 in before or not before or not after:
        return None
    groups = zip(*common_groups(before, after), strict=True)
    source, target = next(pair for pair in groups if channels.axis in pair[0])
    sizes = [before[dim] for dim in source]
    place = source.index(channels.axis)
    chosen = np.zeros(sizes, bool)
    chosen[(builtins.slice(None),) * place + (list(channels.indices),)] = True
    chosen = chosen.reshape([after[dim] for dim in target])
    for index, dim in enumerate(target):
        lines = np.moveaxis(chosen, index, 0).reshape(after[dim], -1)
        if (lines == lines[:, :1]).all():
            return ChannelSlice.from_indices(dim, np.flatnonzero(lines[:, 0]))
    return None
