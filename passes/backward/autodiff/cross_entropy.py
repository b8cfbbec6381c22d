"""Gradient rule of cross-entropy."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.cross_entropy import CrossEntropyOp, cross_entropy_grad

from .rules import Thunk, vjp


@vjp("pock.cross_entropy")
def cross_entropy(op: CrossEntropyOp, g: ir.Value) -> list[Thunk | None]:
    return [lambda: cross_entropy_grad(op, g), None, None]
