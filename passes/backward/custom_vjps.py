"""Gradients that the program itself computes, once those of the loss are there or there are none."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.custom_vjp import CotangentOp, CustomVjpOp
from pock_mlir.dialects.upstream import constant

CUSTOM_VJP, COTANGENT = CustomVjpOp.OPERATION_NAME, CotangentOp.OPERATION_NAME


def resolve_custom_vjps(block: ir.Block) -> None:
    """Leaves the values alone: after the reverse sweep, gradients are no business of theirs."""
    for op in list(block.operations):
        if op.operation.name == CUSTOM_VJP:
            op.operation.results[0].replace_all_uses_with(op.operation.operands[0])
            op.operation.erase()
    for op in list(block.operations):
        if op.operation.name == COTANGENT:  # used still: of an output that the loss does not reach
            if any(True for _ in op.operation.results[0].uses):
                with ir.InsertionPoint(op), op.operation.location:
                    op.operation.results[0].replace_all_uses_with(constant(0.0, op.operation.results[0].type))
            op.operation.erase()
