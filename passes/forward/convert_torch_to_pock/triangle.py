"""Triangles of matrices."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions import triangle

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.tril")
def lower(c: Conversion, x: ir.Value, diagonal: int = 0) -> ir.Value:
    return triangle.lower(x, diagonal)


@torch_op("torch.aten.triu")
def upper(c: Conversion, x: ir.Value, diagonal: int = 0) -> ir.Value:
    return triangle.upper(x, diagonal)
