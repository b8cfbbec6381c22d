"""Where values lie: which share storage, and how much of it one takes."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import tensor

from pock_mlir.passes.analyses.cost import nbytes
from pock_mlir.passes.analyses.packing import ALIGNMENT

RESHAPES = (tensor.CollapseShapeOp, tensor.ExpandShapeOp)
"""Ops that move nothing: their result lies where their operand does."""


def root(value: ir.Value) -> ir.Value:
    """The value in whose storage one lies: what was reshaped."""
    while not isinstance(value.owner, ir.Block) and isinstance(value.owner.opview, RESHAPES):
        value = value.owner.operands[0]
    return value


def held_bytes(value: ir.Value) -> int:
    """What a value takes, with what its alignment leaves unused."""
    return -(-nbytes(value.type) // ALIGNMENT) * ALIGNMENT
