"""Pooling beyond that of images by equal windows: adaptive, of volumes, with the places of the maxima.

The first of equal maxima in the order of depth, height and width gets the gradient.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.conv2d import Window
from pock_mlir.dialects.pool2d import avg_pool2d, max_pool2d
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import concat, constant, reshape, scale, select

from .arrange import gathered, padded, take
from .dense import dense_integers
from .sort import first_extremum

Pair = tuple[int, int]


def sums_over(image: ir.Value, kernel: Pair, window: Window, size: Pair, divisor: float) -> ir.Value:
    """[N, OH, OW, C] of an image [N, H, W, C], `size` being OH and OW: each window's sum over a number, by the mean of
    whole windows of the image with zeros around.
    """
    n, *sizes, channels = shape_of(image)
    spans = zip(size, window.strides, kernel, sizes, window.padding, strict=True)
    extents = [max((count - 1) * stride + k, extent + before) for count, stride, k, extent, before in spans]
    wide = padded(image, [n, *extents, channels], [0, *window.padding, 0], 0)
    means = avg_pool2d(wide, kernel, Window(window.strides, (0, 0), (1, 1)))
    sums = scale(means, kernel[0] * kernel[1] / divisor)
    return take(take(sums, 1, 0, size[0]), 2, 0, size[1])


def repeated_windows(x: ir.Value, dim: int, count: int) -> tuple[ir.Value, int]:
    """The windows of adaptive pooling one behind the other, and their size: shorter ones repeat their last element."""
    size = shape_of(x)[dim]
    bounds = [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]
    length = max(last - first for first, last in bounds)
    places = [min(first + j, last - 1) for first, last in bounds for j in range(length)]
    return gathered(x, dim, places), length


def maxima_with_places(x: ir.Value, kernel: Pair, window: Window, size: Pair) -> tuple[ir.Value, ir.Value]:
    """Rows of `size` (OH, OW) elements for each image of x [..., H, W]: the first maximum of each window, and its place
    in the flattened image.
    """
    *batch, height, width = shape_of(x)
    images = math.prod(batch)
    rows, columns = (
        [[i * s - p + k * d for k in range(count)] for i in range(n)]
        for n, s, p, count, d in zip(size, window.strides, window.padding, kernel, window.dilations, strict=True)
    )
    places = [
        _places_inside([(r, q) for r in row for q in column], height, width) for row in rows for column in columns
    ]
    count, length = len(places), len(places[0])
    flat = reshape(x, [images, height * width])
    elements = reshape(gathered(flat, 1, [p for window in places for p in window]), [images * count, length])
    value, index = first_extremum(elements, "max")
    known = reshape(dense_integers(p for window in places for p in window), [1, count, length])
    known = reshape(broadcast(known, [images, count, length]), [images * count, length])
    numbers = broadcast(dense_integers(range(length)), [images * count, length])
    chosen = arith.CmpIOp(
        arith.CmpIPredicate.eq, numbers, broadcast(reshape(index, [shape_of(index)[0], 1]), shape_of(numbers))
    ).result
    return value, reduce(select(chosen, known, constant(0, known.type)), [1])


def _places_inside(window: Sequence[Pair], height: int, width: int) -> list[int]:
    """The places of a window's elements in the flattened image; for those outside of it the first one inside, again: no
    other maximum.
    """
    inside = [r * width + q if 0 <= r < height and 0 <= q < width else None for r, q in window]
    first = next(place for place in inside if place is not None)
    return [first if place is None else place for place in inside]


def pool_volume(
    x: ir.Value,
    pool: Callable[..., ir.Value],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    **options: bool,
) -> ir.Value:
    """x [N, C, D, H, W] by a pooling of images: of its slices as images, and then along the depth."""
    n, channels, d, h, w = shape_of(x)
    slices = reshape(transpose(x, [0, 2, 3, 4, 1]), [n * d, h, w, channels])
    flat = Window(*((v[1], v[2]) for v in (stride, padding, dilation)))
    images = pool(slices, (kernel[1], kernel[2]), flat, **options)
    height, width = shape_of(images)[1:3]
    along = Window((stride[0], 1), (padding[0], 0), (dilation[0], 1))
    columns = pool(reshape(images, [n, d, height * width, channels]), (kernel[0], 1), along, **options)
    result = reshape(columns, [n, shape_of(columns)[1], height, width, channels])
    return transpose(result, [0, 4, 1, 2, 3])


def adaptive_maxima(x: ir.Value, dim: int, count: int) -> ir.Value:
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
