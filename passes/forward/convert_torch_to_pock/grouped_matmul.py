"""Mixtures of experts as transformers writes them: tokens sorted by their expert, counted, and multiplied in groups."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions import grouped_matmul as groups
from pock_mlir.compositions.unsupported import Unsupported

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.transformers.grouped_mm_fallback")
def grouped_matmul(c: Conversion, x: ir.Value, weight: ir.Value, ends: ir.Value) -> ir.Value:
    """Rows behind the last group, which the framework leaves open, give 0."""
    return groups.grouped_matmul(x, weight, ends)


@torch_op("torch.aten.histc")
def histogram(c: Conversion, x: ir.Value, bins: int = 100, low: float = 0.0, high: float = 0.0) -> ir.Value:
    if low == high:
        raise Unsupported("bins between the smallest and the largest element; give min and max")
    return groups.histogram(x, bins, low, high)
