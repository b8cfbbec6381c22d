"""Normalisation layers; weight and bias are optional and of the normalised dimensions or the channels."""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import math

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.normalize import normalize
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import add, mul, reshape, scale, shift, sub


def _affine(x: ir.Value, weight: ir.Value | None, bias: ir.Value | None) -> ir.Value:
    """x * weight + bias, both optional and broadcast."""
    if weight is not None:
        x = mul(x, broadcast(weight, shape_of(x)))
    if bias is not None:
        x = add(x, broadcast(bias, shape_of(x)))
    return x


def layer_norm(
    x: ir.Value, last: int, weight: ir.Value | None = None, bias: ir.Value | None = None, eps: float = 1e-5
) -> ir.Value:
    """Over the `last` so many dimensions (Ba, Kiros and Hinton, arXiv:1607.06450)."""
    rank = len(shape_of(x))
    return _affine(normalize(x, range(rank - last, rank), eps).result, weight, bias)


def group_norm(
    x: ir.Value, groups: int, weight: ir.Value | None = None, bias: ir.Value | None = None, eps: float = 1e-5
) -> ir.Value:
    """Over groups of the channels of x [N, C, d...] (Wu and He, arXiv:1803.08494)."""
    n, channels, *spatial = shape_of(x)
    rest = channels // groups * pymath.prod(spatial)
    normalised = normalize(reshape(x, [n, groups, rest]), [2], eps).result
    ones = [1] * len(spatial)
    weight, bias = (None if v is None else reshape(v, [channels, *ones]) for v in (weight, bias))
    return _affine(reshape(normalised, shape_of(x)), weight, bias)


def rms_norm(x: ir.Value, last: int, weight: ir.Value | None = None, eps: float = 1.1920929e-07) -> ir.Value:
    """x / sqrt(mean(x^2) + eps) * weight, over the `last` so many dimensions (Zhang and Sennrich, arXiv:1910.07467)."""
    shape = shape_of(x)
    leading = len(shape) - last
    mean = scale(reduce(mul(x, x), list(range(leading, len(shape)))), 1.0 / pymath.prod(shape[leading:]))
    rstd = math.RsqrtOp(shift(mean, eps)).result
    rows = reshape(rstd, shape[:leading] + [1] * last)
    return _affine(mul(x, broadcast(rows, shape)), weight, None)


def batch_norm_by(
    x: ir.Value, mean: ir.Value, variance: ir.Value, weight: ir.Value | None, bias: ir.Value | None, eps: float
) -> ir.Value:
    """(x - mean) * rsqrt(variance + eps) * weight + bias, per channel of x [N, C, d...]."""
    per_channel = _per_channel(x)
    rstd = math.RsqrtOp(shift(variance, eps)).result
    factor = rstd if weight is None else mul(rstd, weight)
    centred = sub(x, broadcast(reshape(mean, per_channel), shape_of(x)))
    bias = None if bias is None else reshape(bias, per_channel)
    return _affine(centred, reshape(factor, per_channel), bias)


def batch_norm(
    x: ir.Value, weight: ir.Value | None, bias: ir.Value | None, eps: float
) -> tuple[ir.Value, ir.Value, ir.Value]:
    """(result, mean, variance) by the statistics of the batch x [N, C, d...], computed with the channels last
    (Ioffe and Szegedy, arXiv:1502.03167).
    """
    rank = len(shape_of(x))
    to_last = [0, *range(2, rank), 1]
    op = normalize(transpose(x, to_last), range(rank - 1), eps)
    result = _affine(op.result, weight, bias)
    return transpose(result, [to_last.index(d) for d in range(rank)]), op.mean, op.variance


def running_statistics(
    running: tuple[ir.Value, ir.Value], batch: tuple[ir.Value, ir.Value], count: int, momentum: float
) -> list[ir.Value]:
    """New mean and variance, r + momentum (batch - r), of a batch of `count` elements per channel; the variance that is
    kept is the unbiased one.
    """
    unbiased = scale(batch[1], count / max(count - 1, 1))
    return [
        add(scale(old, 1.0 - momentum), scale(stop_gradient(new), momentum))
        for old, new in zip(running, (batch[0], unbiased), strict=True)
    ]


def _per_channel(x: ir.Value) -> list[int]:
    """The shape in which a vector over the channels of x [N, C, d...] broadcasts to it."""
    return [shape_of(x)[1]] + [1] * (len(shape_of(x)) - 2)
