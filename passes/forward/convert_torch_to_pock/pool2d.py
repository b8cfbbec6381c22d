"""Pooling."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions import pool
from pock_mlir.compositions.resize import average_rows, resample
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.conv2d import Window
from pock_mlir.dialects.pool2d import avg_pool2d, max_pool2d
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import reshape, scale

from .conv2d import TO_NCHW, TO_NHWC
from .conversion import Conversion
from .rules import torch_op


def _pair(values: list[int], default: list[int]) -> tuple[int, int]:
    values = values or default
    return (values[0], values[0]) if len(values) == 1 else (values[0], values[1])


def _batched(x: ir.Value) -> ir.Value:
    """A single image as a batch of one."""
    return x if len(shape_of(x)) == 4 else reshape(x, [1, *shape_of(x)])


@torch_op("torch.aten.max_pool2d")
def max_pool2d_(c: Conversion, x, kernel, stride=(), padding=(0,), dilation=(1,), ceil_mode=False) -> ir.Value:
    window = Window(_pair(list(stride), kernel), _pair(list(padding), [0]), _pair(list(dilation), [1]))
    image = transpose(_batched(x), TO_NHWC)
    result = max_pool2d(image, _pair(kernel, kernel), window, ceil_mode=ceil_mode)
    return reshape(transpose(result, TO_NCHW), c.shape)


@torch_op("torch.aten.avg_pool2d")
def avg_pool2d_(
    c: Conversion, x, kernel, stride=(), padding=(0,), ceil_mode=False, count_include_pad=True, divisor_override=None
) -> ir.Value:
    window = Window(_pair(list(stride), kernel), _pair(list(padding), [0]), (1, 1))
    image = transpose(_batched(x), TO_NHWC)
    if divisor_override is not None:
        size = c.shape[-2], c.shape[-1]
        sums = pool.sums_over(image, _pair(kernel, kernel), window, size, divisor_override)
        return reshape(transpose(sums, TO_NCHW), c.shape)
    result = avg_pool2d(image, _pair(kernel, kernel), window, ceil_mode=ceil_mode, count_include_pad=count_include_pad)
    return reshape(transpose(result, TO_NCHW), c.shape)


@torch_op("torch.aten.adaptive_avg_pool2d")
def adaptive_avg_pool2d(c: Conversion, x: ir.Value, size: list[int]) -> ir.Value:
    height, width = shape_of(x)[-2:]
    out_height, out_width = c.shape[-2:]
    if (out_height, out_width) == (1, 1):
        rank = len(shape_of(x))
        return reshape(scale(reduce(x, [rank - 2, rank - 1]), 1.0 / (height * width)), c.shape)
    if height % out_height or width % out_width:
        rank = len(shape_of(x))
        wide = resample(x, rank - 1, average_rows(width, out_width))
        return resample(wide, rank - 2, average_rows(height, out_height))
    kernel = (height // out_height, width // out_width)
    pooled = avg_pool2d(transpose(_batched(x), TO_NHWC), kernel, Window(kernel, (0, 0), (1, 1)))
    return reshape(transpose(pooled, TO_NCHW), c.shape)


@torch_op("torch.aten.adaptive_max_pool2d")
def adaptive_max_pool2d(c: Conversion, x: ir.Value, size: list[int]) -> list[ir.Value | None]:
    """Only the maxima, not their indices."""
    height, width = shape_of(x)[-2:]
    out_height, out_width = c.shape[-2:]
    if height % out_height or width % out_width:
        rank = len(shape_of(x))
        tall, high = pool.repeated_windows(x, rank - 2, out_height)
        x, wide = pool.repeated_windows(tall, rank - 1, out_width)
        kernel = (high, wide)
    else:
        kernel = (height // out_height, width // out_width)
    pooled = max_pool2d(transpose(_batched(x), TO_NHWC), kernel, Window(kernel, (0, 0), (1, 1)))
    return [reshape(transpose(pooled, TO_NCHW), c.shape), None]


@torch_op("torch.aten.adaptive_max_pool1d")
def adaptive_max_pool1d(c: Conversion, x: ir.Value, size: list[int]) -> list[ir.Value | None]:
    """Only the maxima, not their indices."""
    rows, length = pool.repeated_windows(x, len(shape_of(x)) - 1, size[0])
    image = transpose(_batched(reshape(rows, [*shape_of(rows)[:-1], 1, shape_of(rows)[-1]])), TO_NHWC)
    pooled = max_pool2d(image, (1, length), Window((1, length), (0, 0), (1, 1)))
    return [reshape(transpose(pooled, TO_NCHW), c.shape), None]


@torch_op("torch.aten.max_pool2d_with_indices")
def max_pool2d_with_indices(
    c: Conversion, x: ir.Value, kernel, stride=(), padding=(0,), dilation=(1,), ceil_mode=False
) -> list[ir.Value]:
    """The first maximum of each window, and its place in the flattened image."""
    window = Window(_pair(list(stride), kernel), _pair(list(padding), [0]), _pair(list(dilation), [1]))
    results = pool.maxima_with_places(x, _pair(kernel, kernel), window, (c.shape[-2], c.shape[-1]))
    return [reshape(result, c.shape) for result in results]
