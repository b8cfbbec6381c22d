"""Pooling of volumes: of its slices as images, and then along the depth.

The first of equal maxima in the order of depth, height and width gets the gradient, as in the framework.
"""

from __future__ import annotations

import math

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.conv2d import Window
from pock_mlir.dialects.pool2d import avg_pool2d, max_pool2d
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import concat, reshape, scale

from .arrange import take
from .conversion import Conversion, Unsupported
from .resize import average_rows, resample
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


def _pooled(c: Conversion, x: ir.Value, pool, kernel, stride, padding, dilation, **options: bool) -> ir.Value:
    """x [N, C, D, H, W], or without N, by a pooling of images."""
    kernel, stride = _triple(list(kernel), []), _triple(list(stride), list(kernel))
    padding, dilation = _triple(list(padding), []), _triple(list(dilation), [])
    *batch, channels, d, h, w = shape_of(x)
    n = batch[0] if batch else 1
    slices = reshape(transpose(reshape(x, [n, channels, d, h, w]), [0, 2, 3, 4, 1]), [n * d, h, w, channels])
    flat = Window(*((v[1], v[2]) for v in (stride, padding, dilation)))
    images = pool(slices, (kernel[1], kernel[2]), flat, **options)
    height, width = shape_of(images)[1:3]
    along = Window((stride[0], 1), (padding[0], 0), (dilation[0], 1))
    columns = pool(reshape(images, [n, d, height * width, channels]), (kernel[0], 1), along, **options)
    result = reshape(columns, [n, shape_of(columns)[1], height, width, channels])
    return reshape(transpose(result, [0, 4, 1, 2, 3]), c.shape)


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
        x = _adaptive_maxima(x, dim, c.shape[dim])
    return [x, None]


def _adaptive_maxima(x: ir.Value, dim: int, count: int) -> ir.Value:
    """Along one dimension: part i is from floor(i size / count) to ceil((i + 1) size / count)."""
    size = shape_of(x)[dim]
    if size % count == 0:
        return _maxima(x, dim, size // count)
    bounds = [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]
    return concat([_maxima(take(x, dim, low, high - low), dim, high - low) for low, high in bounds], dim)


def _maxima(x: ir.Value, dim: int, length: int) -> ir.Value:
    """The first maxima of each `length` elements along a dimension."""
    shape = shape_of(x)
    image = reshape(x, [math.prod(shape[:dim]), shape[dim], math.prod(shape[dim + 1 :]), 1])
    result = max_pool2d(image, (length, 1), Window((length, 1), (0, 0), (1, 1)))
    return reshape(result, [*shape[:dim], shape[dim] // length, *shape[dim + 1 :]])
