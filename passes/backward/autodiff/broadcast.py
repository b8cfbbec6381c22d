"""Gradient rule of broadcast."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import BroadcastOp

from .rules import Thunk, sum_to, vjp


@vjp("pock.broadcast")
def broadcast(op: BroadcastOp, g: ir.Value) -> list[Thunk | None]:
    return [lambda: sum_to(g, shape_of(op.x))]
