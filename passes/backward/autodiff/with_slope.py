"""Gradient rule of a value whose derivative is given."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.upstream import mul
from pock_mlir.dialects.with_slope import WithSlopeOp

from .rules import Thunk, vjp


@vjp("pock.with_slope")
def with_slope(op: WithSlopeOp, g: ir.Value) -> list[Thunk | None]:
    return [lambda: g, lambda: mul(g, op.slope), None]
