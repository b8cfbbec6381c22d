"""Rows of an embedding's table scaled down to a largest norm where they are looked up."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions import embedding_renorm as renorm

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.embedding_renorm")
def embedding_renorm(c: Conversion, table: ir.Value, indices: ir.Value, largest: float, order: float) -> ir.Value:
    return renorm.embedding_renorm(table, indices, largest, order)
