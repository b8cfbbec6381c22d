"""Discrete Fourier transforms."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch_mlir import ir

from pock_mlir.compositions import fourier
from pock_mlir.compositions.complex import Complex
from pock_mlir.dialects.base import shape_of

from .conversion import Conversion
from .rules import complex_op, torch_op


@torch_op("torch.aten._fft_r2c")
def of_real(c: Conversion, x: ir.Value, dims: list[int], normalization: int, one_sided: bool) -> Complex:
    return fourier.of_real(x, _dims(x, dims), _factor(shape_of(x), dims, normalization), one_sided)


@torch_op("torch.aten._fft_c2c")
@complex_op("torch.aten._fft_c2c")
def of_complex(c: Conversion, x: Complex, dims: list[int], normalization: int, forward: bool) -> Complex:
    factor = _factor(shape_of(x.real), dims, normalization)
    return fourier.of_complex(x, _dims(x.real, dims), -1 if forward else 1, factor)


@torch_op("torch.aten._fft_c2r")
@complex_op("torch.aten._fft_c2r")
def to_real(c: Conversion, x: Complex, dims: list[int], normalization: int, size: int) -> ir.Value:
    return fourier.to_real(x, _dims(x.real, dims), _factor(c.shape, dims, normalization), size)


def _dims(x: ir.Value, dims: list[int]) -> list[int]:
    return [d % len(shape_of(x)) for d in dims]


def _factor(shape: Sequence[int], dims: list[int], normalization: int) -> float:
    """By torch's numbers for it: 0 not at all, 1 by the root of the number of points, 2 by their number."""
    points = math.prod(shape[d] for d in dims)
    return {0: 1.0, 1: 1.0 / math.sqrt(points), 2: 1.0 / points}[normalization]
