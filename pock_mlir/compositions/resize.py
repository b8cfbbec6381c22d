"""Resampling of images and signals: upsampling, and adaptive pooling to sizes that do not divide.

Each is separable and linear, so along every spatial dimension it is a product with a constant matrix of one row per
output element; gradients are those of the product.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from torch_mlir import ir

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.matmul import matmul
from pock_mlir.dialects.upstream import reshape

from .dense import dense_floats
from .layout import from_last, to_last

Rows = list[list[float]]


def resample(x: ir.Value, dim: int, rows: Rows) -> ir.Value:
    """x with dimension `dim` multiplied by a constant matrix [output size, input size]."""
    matrix = dense_floats(rows, ranked(x).element_type)
    return from_last(matmul(to_last(x, dim), matrix, transpose_rhs=True), dim, shape_of(x))


def average_rows(size: int, count: int) -> Rows:
    """Means over `count` windows that cover all of `size` elements: from floor(i n / m) to ceil((i + 1) n / m)."""
    rows = []
    for i in range(count):
        first, last = i * size // count, -(-(i + 1) * size // count)
        rows.append([1.0 / (last - first) if first <= j < last else 0.0 for j in range(size)])
    return rows


def _nearest_rows(size: int, count: int, factor: float | None, centre: float) -> Rows:
    step = _step(size, count, factor)
    return [_one_at(min(int((i + centre) * step), size - 1), size) for i in range(count)]


def _linear_rows(size: int, count: int, factor: float | None, align_corners: bool) -> Rows:
    """Between the two elements next to each position; positions beyond the border are the border's."""
    rows = []
    for position in _positions(size, count, factor, align_corners):
        position = min(max(position, 0.0), size - 1.0)
        first = min(int(position), size - 1)
        row = _one_at(first, size, 1.0 - (position - first))
        row[min(first + 1, size - 1)] += position - first
        rows.append(row)
    return rows


def _cubic_rows(size: int, count: int, factor: float | None, align_corners: bool) -> Rows:
    """Cubic convolution of the four elements around each position (Keys 1981) with a = -3/4, as in PyTorch."""
    rows = []
    for position in _positions(size, count, factor, align_corners):
        first = math.floor(position)
        row = [0.0] * size
        for j in range(first - 1, first + 3):
            row[min(max(j, 0), size - 1)] += _cubic_weight(abs(position - j))
        rows.append(row)
    return rows


def _cubic_weight(distance: float, a: float = -0.75) -> float:
    if distance <= 1:
        return ((a + 2) * distance - (a + 3)) * distance * distance + 1
    return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a if distance < 2 else 0.0


def _positions(size: int, count: int, factor: float | None, align_corners: bool) -> list[float]:
    """Where in the input each output element lies: corners on corners, or centres of equal pixels."""
    if align_corners:
        return [i * (size - 1) / (count - 1) if count > 1 else 0.0 for i in range(count)]
    step = _step(size, count, factor)
    return [(i + 0.5) * step - 0.5 for i in range(count)]


def _step(size: int, count: int, factor: float | None) -> float:
    return 1.0 / factor if factor else size / count


def _one_at(index: int, size: int, value: float = 1.0) -> list[float]:
    row = [0.0] * size
    row[index] = value
    return row


# Resized to `shape` are all dimensions of x [N, C, d...] after the first two; `factors` are the output's sizes over the
# input's as they were asked for, None for what the sizes say.


def nearest(x: ir.Value, shape: Sequence[int], factors: Sequence[float] | None = None, centre: float = 0.0) -> ir.Value:
    """By whole factors elements repeat, wherever in its pixel (`centre`, 0 to 1) the sample is taken."""
    sizes = list(zip(shape_of(x), shape, strict=True))
    steps = [_step(size, count, f) for (size, count), f in zip(sizes[2:], factors or [None] * len(sizes), strict=False)]
    if all(count % size == 0 and step * count == size for (size, count), step in zip(sizes[2:], steps, strict=True)):
        return _repeated(x, list(shape))
    return _resized(x, shape, factors, lambda size, count, factor: _nearest_rows(size, count, factor, centre))


def linear(x: ir.Value, shape: Sequence[int], align_corners: bool, factors: Sequence[float] | None = None) -> ir.Value:
    return _resized(x, shape, factors, lambda n, m, factor: _linear_rows(n, m, factor, align_corners))


def cubic(x: ir.Value, shape: Sequence[int], align_corners: bool, factors: Sequence[float] | None = None) -> ir.Value:
    return _resized(x, shape, factors, lambda n, m, factor: _cubic_rows(n, m, factor, align_corners))


def _resized(x: ir.Value, shape: Sequence[int], factors: Sequence[float] | None, rows: Callable[..., Rows]) -> ir.Value:
    for i, dim in enumerate(range(2, len(shape))):
        factor = factors[i] if factors else None
        size = shape_of(x)[dim]
        if size != shape[dim] or factor not in (None, 1.0):
            x = resample(x, dim, rows(size, shape[dim], factor))
    return x


def _repeated(x: ir.Value, shape: list[int]) -> ir.Value:
    """Each element repeated along the dimensions that grow by whole factors."""
    apart = [v for d in shape_of(x) for v in (d, 1)]
    wide = [v for d, s in zip(shape_of(x), shape, strict=True) for v in (d, s // d)]
    return reshape(broadcast(reshape(x, apart), wide), shape)
