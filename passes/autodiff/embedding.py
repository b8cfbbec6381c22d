"""Gradient rule of embedding."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.embedding import EmbeddingOp, embedding_grad
from pock_mlir.dialects.upstream import convert_float

from .rules import Thunk, vjp, widened


@vjp("pock.embedding")
def embedding(op: EmbeddingOp, g: ir.Value) -> list[Thunk | None]:
    """Rows of a narrow type add up in float32."""
    attributes = op.operation.attributes
    padding = attributes["padding_index"].value if "padding_index" in attributes else -1

    def cotangent() -> ir.Value:
        rows = widened(g)
        return convert_float(embedding_grad(rows, op.indices, shape_of(op.table)[0], padding), ranked(g).element_type)

    return [cotangent, None]
