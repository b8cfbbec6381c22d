"""Pooling."""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.conv2d import Window
from pock_mlir.dialects.pool2d import avg_pool2d, max_pool2d
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import constant, reshape, scale, select

from .arrange import gathered, padded, take
from .conv2d import TO_NCHW, TO_NHWC
from .conversion import Conversion
from .creation import dense_integers
from .resize import average_rows, resample
from .rules import torch_op
from .sort import first_extremum


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
        return _sums_over(c, image, _pair(kernel, kernel), window, divisor_override)
    result = avg_pool2d(image, _pair(kernel, kernel), window, ceil_mode=ceil_mode, count_include_pad=count_include_pad)
    return reshape(transpose(result, TO_NCHW), c.shape)


def _sums_over(c: Conversion, image: ir.Value, kernel: tuple[int, int], window: Window, divisor: int) -> ir.Value:
    """Each window's sum over a number: the mean of whole windows of the image with zeros around."""
    n, *sizes, channels = shape_of(image)
    spans = zip(c.shape[-2:], window.strides, kernel, sizes, window.padding, strict=True)
    extents = [max((count - 1) * stride + k, size + before) for count, stride, k, size, before in spans]
    wide = padded(image, [n, *extents, channels], [0, *window.padding, 0], 0)
    means = avg_pool2d(wide, kernel, Window(window.strides, (0, 0), (1, 1)))
    sums = scale(means, kernel[0] * kernel[1] / divisor)
    return reshape(transpose(take(take(sums, 1, 0, c.shape[-2]), 2, 0, c.shape[-1]), TO_NCHW), c.shape)


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
        tall, high = _repeated_windows(x, rank - 2, out_height)
        x, wide = _repeated_windows(tall, rank - 1, out_width)
        kernel = (high, wide)
    else:
        kernel = (height // out_height, width // out_width)
    pooled = max_pool2d(transpose(_batched(x), TO_NHWC), kernel, Window(kernel, (0, 0), (1, 1)))
    return [reshape(transpose(pooled, TO_NCHW), c.shape), None]


def _repeated_windows(x: ir.Value, dim: int, count: int) -> tuple[ir.Value, int]:
    """The windows of adaptive pooling one behind the other, and their size: shorter ones repeat their last element."""
    size = shape_of(x)[dim]
    bounds = [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]
    length = max(last - first for first, last in bounds)
    places = [min(first + j, last - 1) for first, last in bounds for j in range(length)]
    return gathered(x, dim, places), length


@torch_op("torch.aten.adaptive_max_pool1d")
def adaptive_max_pool1d(c: Conversion, x: ir.Value, size: list[int]) -> list[ir.Value | None]:
    """Only the maxima, not their indices."""
    rows, length = _repeated_windows(x, len(shape_of(x)) - 1, size[0])
    image = transpose(_batched(reshape(rows, [*shape_of(rows)[:-1], 1, shape_of(rows)[-1]])), TO_NHWC)
    pooled = max_pool2d(image, (1, length), Window((1, length), (0, 0), (1, 1)))
    return [reshape(transpose(pooled, TO_NCHW), c.shape), None]


@torch_op("torch.aten.max_pool2d_with_indices")
def max_pool2d_with_indices(
    c: Conversion, x: ir.Value, kernel, stride=(), padding=(0,), dilation=(1,), ceil_mode=False
) -> list[ir.Value]:
    """The first maximum of each window, and its place in the flattened image."""
    *batch, height, width = shape_of(x)
    out_height, out_width = c.shape[-2:]
    kernels, strides = _pair(kernel, kernel), _pair(list(stride), kernel)
    paddings, dilations = _pair(list(padding), [0]), _pair(list(dilation), [1])
    rows, columns = (
        [[i * s - p + k * d for k in range(count)] for i in range(n)]
        for n, s, p, count, d in zip((out_height, out_width), strides, paddings, kernels, dilations, strict=True)
    )
    inside = lambda r, q: 0 <= r < height and 0 <= q < width  # noqa: E731
    windows = [[(r, q) for r in row for q in column] for row in rows for column in columns]
    # Outside of the image stands the window's first element inside, again: no other maximum.
    places = []
    for window in windows:
        first = next(r * width + q for r, q in window if inside(r, q))
        places.append([r * width + q if inside(r, q) else first for r, q in window])
    count, length = len(places), len(places[0])
    flat = reshape(x, [pymath.prod(batch), height * width])
    elements = reshape(
        gathered(flat, 1, [p for window in places for p in window]), [pymath.prod(batch) * count, length]
    )
    value, index = first_extremum(elements, "max")
    known = reshape(dense_integers(p for window in places for p in window), [1, count, length])
    known = reshape(broadcast(known, [pymath.prod(batch), count, length]), [pymath.prod(batch) * count, length])
    numbers = broadcast(dense_integers(range(length)), [pymath.prod(batch) * count, length])
    chosen = arith.CmpIOp(
        arith.CmpIPredicate.eq, numbers, broadcast(reshape(index, [shape_of(index)[0], 1]), shape_of(numbers))
    ).result
    place = reduce(select(chosen, known, constant(0, known.type)), [1])
    return [reshape(value, c.shape), reshape(place, c.shape)]
