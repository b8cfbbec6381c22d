"""Lowering of the ops among the state family that only compute."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.state import StopGradientOp

from .rules import lowering


@lowering("pock.stop_gradient")
def stop_gradient(op: StopGradientOp) -> ir.Value:
    return op.x
