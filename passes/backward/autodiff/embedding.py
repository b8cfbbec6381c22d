"""Gradient rules of embedding and of its gradient, which is also the sum of rows by index."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.embedding import EmbeddingGradOp, EmbeddingOp, embedding_grad
from pock_mlir.dialects.embedding import embedding as rows_of
from pock_mlir.dialects.upstream import constant, convert_float, reshape, select

from .rules import Thunk, vjp, widened


@vjp("pock.embedding")
def embedding(op: EmbeddingOp, g: ir.Value) -> list[Thunk | None]:
    """Rows of a narrow type add up in float32."""
    padding = -1 if op.padding_index is None else op.padding_index.value

    def cotangent() -> ir.Value:
        rows = widened(g)
        return convert_float(embedding_grad(rows, op.indices, shape_of(op.table)[0], padding), ranked(g).element_type)

    return [cotangent, None]


@vjp("pock.embedding_grad")
def embedding_grad_(op: EmbeddingGradOp, g: ir.Value) -> list[Thunk | None]:
    """Each row of the cotangent went to the row at its index; those of the padding index nowhere."""

    def cotangent() -> ir.Value:
        rows = rows_of(g, op.indices)
        padding = op.padding_index.value
        if padding < 0:
            return rows
        used = arith.CmpIOp(arith.CmpIPredicate.ne, op.indices, constant(padding, op.indices.type)).result
        used = broadcast(reshape(used, [*shape_of(used), 1]), shape_of(rows))
        return select(used, rows, constant(0.0, rows.type))

    return [cotangent, None]
