"""Gradient rule of embedding."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.embedding import EmbeddingOp, embedding_grad

from .rules import Thunk, vjp


@vjp("pock.embedding")
def embedding(op: EmbeddingOp, g: ir.Value) -> list[Thunk | None]:
    attributes = op.operation.attributes
    padding = attributes["padding_index"].value if "padding_index" in attributes else -1
    return [lambda: embedding_grad(g, op.indices, shape_of(op.table)[0], padding), None]
