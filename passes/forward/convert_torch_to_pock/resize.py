"""Upsampling."""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir

from pock_mlir.compositions import resize

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.upsample_nearest1d.vec", "torch.aten.upsample_nearest2d.vec", "torch.aten.upsample_nearest3d.vec")
def nearest(c: Conversion, x: ir.Value, size: object, factors: list[float] | None = None) -> ir.Value:
    return resize.nearest(x, c.shape, factors)


@torch_op("torch.aten._upsample_nearest_exact1d.vec", "torch.aten._upsample_nearest_exact2d.vec")
def nearest_exact(c: Conversion, x: ir.Value, size: object, factors: list[float] | None = None) -> ir.Value:
    return resize.nearest(x, c.shape, factors, centre=0.5)


@torch_op("torch.aten.upsample_nearest1d", "torch.aten.upsample_nearest2d")
def nearest_by(c: Conversion, x: ir.Value, size: object, *factors: float | None) -> ir.Value:
    return resize.nearest(x, c.shape, _given(factors))


@torch_op(
    "torch.aten.upsample_linear1d.vec", "torch.aten.upsample_bilinear2d.vec", "torch.aten.upsample_trilinear3d.vec"
)
def linear(c: Conversion, x: ir.Value, size: object, align_corners: bool, factors: list[float] | None) -> ir.Value:
    return resize.linear(x, c.shape, align_corners, factors)


@torch_op("torch.aten.upsample_linear1d", "torch.aten.upsample_bilinear2d")
def linear_by(c: Conversion, x: ir.Value, size: object, align_corners: bool, *factors: float | None) -> ir.Value:
    return resize.linear(x, c.shape, align_corners, _given(factors))


@torch_op("torch.aten.upsample_bicubic2d.vec")
def cubic(c: Conversion, x: ir.Value, size: object, align_corners: bool, factors: list[float] | None) -> ir.Value:
    return resize.cubic(x, c.shape, align_corners, factors)


@torch_op("torch.aten.upsample_bicubic2d")
def cubic_by(c: Conversion, x: ir.Value, size: object, align_corners: bool, *factors: float | None) -> ir.Value:
    return resize.cubic(x, c.shape, align_corners, _given(factors))


def _given(factors: Sequence[float | None]) -> list[float] | None:
    known = [f for f in factors if f is not None]
    return known if len(known) == len(factors) and known else None
