"""Pooling of volumes."""

from __future__ import annotations

import math

from torch_mlir import ir

from pock_mlir.compositions import pool
from pock_mlir.compositions.resize import average_rows, resample
from pock_mlir.compositions.unsupported import Unsupported
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.pool2d import avg_pool2d, max_pool2d
from pock_mlir.dialects.upstream import reshape, scale

from .conversion import Conversion
from .rules import torch_op


def _triple(values: list[int], default: list[int]) -> list[int]:
    values = values or default
    return values * 3 if len(values) == 1 else list(values)


@torch_op("torch.aten.max_pool3d")
def max_pool3d(c: Conversion, x, kernel, stride=(), padding=(0,), dilation=(1,), ceil_mode=False) -> ir.Value:
    return _pooled(c, x, max_pool2d, kernel, stride, padding, dilation, ceil_mode=ceil_mode)


@torch_op("torch.aten.avg_pool3d")
def avg_pool3d(
    c: Conversion, x, kernel, stride=(), padding=(0,), ceil_mode=False, count_include_pad=True, divisor_override=None
) -> ir.Value:
    if divisor_override is not None and ceil_mode:
        raise Unsupported("divisor_override with ceil_mode")
    counted = count_include_pad or divisor_override is not None
    options = {"ceil_mode": ceil_mode, "count_include_pad": counted}
    result = _pooled(c, x, avg_pool2d, kernel, stride, padding, (1,), **options)
    return result if divisor_override is None else scale(result, math.prod(_triple(kernel, [])) / divisor_override)


def _pooled(c: Conversion, x: ir.Value, pool_image, kernel, stride, padding, dilation, **options: bool) -> ir.Value:
    """x [N, C, D, H, W], or without N, by a pooling of images."""
    kernel, stride = _triple(list(kernel), []), _triple(list(stride), list(kernel))
    padding, dilation = _triple(list(padding), []), _triple(list(dilation), [])
    batched = x if len(shape_of(x)) == 5 else reshape(x, [1, *shape_of(x)])
    return reshape(pool.pool_volume(batched, pool_image, kernel, stride, padding, dilation, **options), c.shape)


@torch_op("torch.aten.adaptive_avg_pool3d")
def adaptive_avg_pool3d(c: Conversion, x: ir.Value, size: list[int]) -> ir.Value:
    rank = len(shape_of(x))
    for dim in (rank - 1, rank - 2, rank - 3):
        x = resample(x, dim, average_rows(shape_of(x)[dim], c.shape[dim]))
    return x


@torch_op("torch.aten.adaptive_max_pool3d")
def adaptive_max_pool3d(c: Conversion, x: ir.Value, size: list[int]) -> list[ir.Value | None]:
    """Only the maxima, not their indices."""
    rank = len(shape_of(x))
    for dim in (rank - 1, rank - 2, rank - 3):
        x = pool.adaptive_maxima(x, dim, c.shape[dim])
    return [x, None]
