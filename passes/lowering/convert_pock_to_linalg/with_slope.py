"""Lowering of a value whose derivative was given: the value."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.with_slope import WithSlopeOp
from pock_mlir.passes.lowering.lowerings import lowering


@lowering("pock.with_slope")
def with_slope(op: WithSlopeOp) -> ir.Value:
    return op.value
