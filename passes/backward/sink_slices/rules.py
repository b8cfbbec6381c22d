"""The table of rules by which slices sink, for ops of which it is not enough to say along which axes they compute."""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.rewriting import rebuild
from pock_mlir.dialects.slice import slice
from pock_mlir.passes.machinery.rules import RuleTable

sinking = RuleTable("rule by which slices sink")
"""`@sinking("pock.embedding_grad") def rows(op: EmbeddingGradOp, channels: ChannelSlice) -> ir.Value | None`: builds
these channels of the op's result from slices of its operands; None where that is not possible. The insertion point and
location are set."""


def narrowed(op: ir.OpView, channels: ChannelSlice, axes: Sequence[int | None]) -> ir.Value:
    """Channels of an op's result: the op on the same channels of its operands, along the axis of each; None: whole."""
    operands = [
        value if axis is None else slice(value, ChannelSlice(axis, channels.ranges))
        for value, axis in zip(op.operation.operands, axes, strict=True)
    ]
    result = op.operation.results[0]
    type = ir.RankedTensorType.get(list(channels.shape(shape_of(result))), ranked(result).element_type)
    return rebuild(op.operation, operands, [type]).results[0]
