"""Gradient rule of matrix multiplication."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.matmul import MatmulOp, matmul

from .rules import Thunk, vjp


@vjp("pock.matmul")
def matmul_(op: MatmulOp, g: ir.Value) -> list[Thunk | None]:
    """With Y = A B: A' = G B^T and B' = A^T G; transpositions of the operands move into the products' flags."""
    lhs, rhs = op.lhs, op.rhs
    transpose_lhs, transpose_rhs = op.transpose_lhs.value, op.transpose_rhs.value

    def lhs_cotangent() -> ir.Value:
        if transpose_lhs:
            return matmul(rhs, g, transpose_lhs=transpose_rhs, transpose_rhs=True)
        return matmul(g, rhs, transpose_rhs=not transpose_rhs)

    def rhs_cotangent() -> ir.Value:
        if transpose_rhs:
            return matmul(g, lhs, transpose_lhs=True, transpose_rhs=transpose_lhs)
        return matmul(lhs, g, transpose_lhs=not transpose_lhs)

    return [lhs_cotangent, rhs_cotangent]
