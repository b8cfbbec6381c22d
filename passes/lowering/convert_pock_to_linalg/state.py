"""Lowering of the ops among the state family that only compute."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.state import StopGradientOp, ZeroGradientOp
from pock_mlir.passes.lowering.lowerings import lowering


@lowering("pock.stop_gradient", "pock.zero_gradient")
def without_gradient(op: StopGradientOp | ZeroGradientOp) -> ir.Value:
    return op.x
