"""Discrete Fourier transforms: along each dimension a product with a constant matrix, computed in 64 bits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.upstream import add, sub

from .complex import Complex
from .resize import Rows, resample
from .unsupported import Unsupported

# A transform of n points is a constant of n^2 numbers.
LONGEST = 2048


def of_real(x: ir.Value, dims: Sequence[int], factor: float, one_sided: bool) -> Complex:
    """The spectrum times a factor: the first half of it along the last of `dims`, or all."""
    *others, last = dims
    size = shape_of(x)[last]
    count = size // 2 + 1 if one_sided else size
    real = resample(x, last, _rows(count, size, lambda k, j: factor * _cos(k * j, size)))
    imaginary = resample(x, last, _rows(count, size, lambda k, j: -factor * _sin(k * j, size)))
    return of_complex(Complex(real, imaginary), others, -1)


def to_real(x: Complex, dims: Sequence[int], factor: float, size: int) -> ir.Value:
    """The inverse of `of_real`, of `size` numbers along the last of `dims`, but for its factor: the other half of the
    spectrum is the conjugate of what is given.
    """
    *others, last = dims
    x, count = of_complex(x, others, 1), size // 2 + 1

    def share(k: int) -> float:
        return factor * (1.0 if k == 0 or 2 * k == size else 2.0)

    cosines = _rows(size, count, lambda j, k: share(k) * _cos(j * k, size))
    # The imaginary parts of the first and, of an even number of points, the last frequency count for nothing.
    sines = _rows(size, count, lambda j, k: 0.0 if k == 0 or 2 * k == size else share(k) * _sin(j * k, size))
    return sub(resample(x.real, last, cosines), resample(x.imaginary, last, sines))


def of_complex(x: Complex, dims: Sequence[int], sign: int, factor: float = 1.0) -> Complex:
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
