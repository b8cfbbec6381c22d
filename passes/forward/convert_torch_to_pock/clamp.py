"""Numbers kept between bounds."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions import clamp as bounds
from pock_mlir.compositions.clamp import Number

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.clamp")
def clamp(c: Conversion, x: ir.Value, low: Number | None, high: Number | None = None) -> ir.Value:
    return bounds.clamp(c.tensor(x), low, high)


@torch_op("torch.aten.clamp.Tensor")
def clamp_tensor(c: Conversion, x: ir.Value, low: ir.Value | None = None, high: ir.Value | None = None) -> ir.Value:
    return bounds.clamp_between(c.tensor(x), *(None if v is None else c.tensor(v) for v in (low, high)))


@torch_op("torch.aten.clamp_min")
def clamp_min(c: Conversion, x: ir.Value, low: Number) -> ir.Value:
    return bounds.clamp(c.tensor(x), low, None)


@torch_op("torch.aten.clamp_max")
def clamp_max(c: Conversion, x: ir.Value, high: Number) -> ir.Value:
    return bounds.clamp(c.tensor(x), None, high)


@torch_op("torch.aten.hardtanh")
def hardtanh(c: Conversion, x: ir.Value, low: Number = -1.0, high: Number = 1.0) -> ir.Value:
    return bounds.hardtanh(x, low, high)


@torch_op("torch.aten.relu6")
def relu6(c: Conversion, x: ir.Value) -> ir.Value:
    return bounds.hardtanh(x, 0.0, 6.0)
