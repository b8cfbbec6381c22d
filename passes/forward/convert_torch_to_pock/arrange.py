"""Elements in another order along a dimension: reversed, rotated, repeated, in windows."""

from __future__ import annotations

import math

from torch_mlir import ir

from pock_mlir.compositions.arrange import repeated_each, reversed_, rolled, windows
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.upstream import reshape

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.flip")
def flip(c: Conversion, x: ir.Value, dims: list[int]) -> ir.Value:
    for dim in dims:
        x = reversed_(x, dim % len(shape_of(x)))
    return x


@torch_op("torch.aten.roll")
def roll(c: Conversion, x: ir.Value, shifts: list[int], dims: list[int] | None = None) -> ir.Value:
    """Without dimensions x is rolled as a vector."""
    shape = shape_of(x)
    if not dims:
        x, dims = reshape(x, [math.prod(shape)]), [0]
    for shift, dim in zip(shifts, dims, strict=True):
        x = rolled(x, dim % len(shape_of(x)), shift)
    return reshape(x, shape)


@torch_op("torch.aten.repeat_interleave.self_int")
def repeat_interleave(c: Conversion, x: ir.Value, repeats: int, dim: int | None = None, *options: object) -> ir.Value:
    rank = len(shape_of(x))
    return reshape(repeated_each(x, rank - 1 if dim is None else dim % rank, repeats), c.shape)


@torch_op("torch.aten.unfold")
def unfold(c: Conversion, x: ir.Value, dim: int, size: int, step: int) -> ir.Value:
    dim %= len(shape_of(x))
    return windows(x, dim, c.shape[dim], size, step)
