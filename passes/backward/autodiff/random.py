"""Gradient rule of dropout. Random numbers themselves have no operand to differentiate for."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.random import DropoutOp
from pock_mlir.dialects.random import dropout as build_dropout

from .rules import Thunk, vjp


@vjp("pock.dropout")
def dropout(op: DropoutOp, g: ir.Value) -> list[Thunk | None]:
    """Dropout of the cotangent, with the same draws."""
    return [lambda: build_dropout(g, op.seed, op.step, op.rate.value, op.stream.value), None, None]
