"""Distances by norms of any order."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions import power_norm
from pock_mlir.dialects.upstream import reshape

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten._cdist_forward")
def distances(c: Conversion, a: ir.Value, b: ir.Value, order: float, mode: object = None) -> ir.Value:
    return reshape(power_norm.distances(a, b, order), c.shape)
