"""Lowering of slices."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.slice import SliceOp, channel_slice
from pock_mlir.passes.lowering.channels import take
from pock_mlir.passes.lowering.lowerings import lowering


@lowering("pock.slice")
def slice(op: SliceOp) -> ir.Value:
    return take(op.x, channel_slice(op))
