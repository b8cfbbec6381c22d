"""Gradient rule of transposition."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.transpose import TransposeOp, transpose

from .rules import Thunk, vjp


@vjp("pock.transpose")
def transpose_(op: TransposeOp, g: ir.Value) -> list[Thunk | None]:
    permutation = list(op.permutation)
    inverse = [permutation.index(d) for d in range(len(permutation))]
    return [lambda: transpose(g, inverse)]
