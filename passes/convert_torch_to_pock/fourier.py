"""Discrete Fourier transforms: along each dimension a product with a constant matrix, computed in 64 bits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.upstream import add, sub

from .conversion import Complex, Conversion, Unsupported
from .resize import Rows, resample
from .rules import complex_op, torch_op

# A transform of n points is a constant of n^2 numbers.
LONGEST = 2048


@torch_op("torch.aten._fft_r2c")
def of_real(c: Conversion, x: ir.Value, dims: list[int], normalization: int, one_sided: bool) -> Complex:
    """The first half of the spectrum along the last of `dims`, or all of it."""
    *others, last = _dims(x, dims)
    size, factor = shape_of(x)[last], _factor(x, dims, normalization)
    count = size // 2 + 1 if one_sided else size
    real = resample(x, last, _rows(count, size, lambda k, j: factor * _cos(k * j, size)))
    imaginary = resample(x, last, _rows(count, size, lambda k, j: -factor * _sin(k * j, size)))
    return _along(Complex(real, imaginary), others, -1)


@torch_op("torch.aten._fft_c2c")
@complex_op("torch.aten._fft_c2c")
def of_complex(c: Conversion, x: Complex, dims: list[int], normalization: int, forward: bool) -> Complex:
    return _along(x, _dims(x.real, dims), -1 if forward else 1, _factor(x.real, dims, normalization))


@torch_op("torch.aten._fft_c2r")
@complex_op("torch.aten._fft_c2r")
def to_real(c: Conversion, x: Complex, dims: list[int], normalization: int, size: int) -> ir.Value:
    """The inverse of `of_real` but for its factor: the other half of the spectrum is the conjugate of what is given."""
    *others, last = _dims(x.real, dims)
    extents = [c.shape[d] for d in (*others, last)]
    factor = _scale(extents, normalization)
    x, count = _along(x, others, 1), size // 2 + 1

    def share(k: int) -> float:
        return factor * (1.0 if k == 0 or 2 * k == size else 2.0)

    cosines = _rows(size, count, lambda j, k: share(k) * _cos(j * k, size))
    # The imaginary parts of the first and, of an even number of points, the last frequency count for nothing.
    sines = _rows(size, count, lambda j, k: 0.0 if k == 0 or 2 * k == size else share(k) * _sin(j * k, size))
    return sub(resample(x.real, last, cosines), resample(x.imaginary, last, sines))


def _along(x: Complex, dims: Sequence[int], sign: int, factor: float = 1.0) -> Complex:
    """sum over j of x[j] exp(sign 2 pi i j k / n), along each of the dimensions; the last is scaled by the factor."""
    for index, dim in enumerate(dims):
        size, scale = shape_of(x.real)[dim], factor if index == len(dims) - 1 else 1.0
        cosines = _rows(size, size, lambda k, j, n=size, s=scale: s * _cos(k * j, n))
        sines = _rows(size, size, lambda k, j, n=size, s=scale: sign * s * _sin(k * j, n))
        x = Complex(
            sub(resample(x.real, dim, cosines), resample(x.imaginary, dim, sines)),
            add(resample(x.real, dim, sines), resample(x.imaginary, dim, cosines)),
        )
    return x


def _rows(count: int, size: int, element: Callable[[int, int], float]) -> Rows:
    if max(count, size) > LONGEST:
        raise Unsupported(f"a transform of {max(count, size)} points; at most {LONGEST}")
    return [[element(k, j) for j in range(size)] for k in range(count)]


def _cos(turns: int, size: int) -> float:
    return math.cos(2.0 * math.pi * (turns % size) / size)


def _sin(turns: int, size: int) -> float:
    return math.sin(2.0 * math.pi * (turns % size) / size)


def _dims(x: ir.Value, dims: list[int]) -> list[int]:
    return [d % len(shape_of(x)) for d in dims]


def _factor(x: ir.Value, dims: list[int], normalization: int) -> float:
    return _scale([shape_of(x)[d] for d in dims], normalization)


def _scale(extents: list[int], normalization: int) -> float:
    """By torch's numbers for it: 0 not at all, 1 by the root of the number of points, 2 by their number."""
    points = math.prod(extents)
    return {0: 1.0, 1: 1.0 / math.sqrt(points), 2: 1.0 / points}[normalization]
