"""Embedding, gather and indexing: all of them rows of a table."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions import index as index_
from pock_mlir.compositions.unsupported import Unsupported
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.embedding import embedding
from pock_mlir.dialects.upstream import reshape

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.embedding")
def embedding_(c: Conversion, table, indices, padding_index=-1, scale_by_frequency=False, sparse=False) -> ir.Value:
    if scale_by_frequency:
        raise Unsupported("scale_grad_by_freq")
    return embedding(table, indices, padding_index)


@torch_op("torch.aten.gather")
def gather(c: Conversion, x: ir.Value, dim: int, index: ir.Value, sparse_grad: bool = False) -> ir.Value:
    return reshape(index_.gather(x, dim, index), c.shape)


@torch_op("torch.aten.index.Tensor", "torch.aten.index.Tensor_hacked_twin")
def index_tensor(c: Conversion, x: ir.Value, indices: list[ir.Value | None]) -> ir.Value:
    return index_.indexed(x, indices)


@torch_op("torch.aten.index_select")
def index_select(c: Conversion, x: ir.Value, dim: int, index: ir.Value) -> ir.Value:
    return index_tensor(c, x, [None] * (dim % len(shape_of(x))) + [index])
