"""Normalisation layers."""

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

from .conversion import Conversion
from .rules import torch_op


def _affine(x: ir.Value, weight: ir.Value | None, bias: ir.Value | None) -> ir.Value:
    """x * weight + bias, both optional and broadcast."""
    if weight is not None:
        x = mul(x, broadcast(weight, shape_of(x)))
    if bias is not None:
        x = add(x, broadcast(bias, shape_of(x)))
    return x


@torch_op("torch.aten.layer_norm")
def layer_norm(c: Conversion, x, normalized_shape, weight=None, bias=None, eps=1e-5, *options: object) -> ir.Value:
    rank = len(shape_of(x))
    normalised = normalize(x, range(rank - len(normalized_shape), rank), eps).result
    return _affine(normalised, weight, bias)


@torch_op("torch.aten.group_norm")
def group_norm(c: Conversion, x, groups, weight=None, bias=None, eps=1e-5, *options: object) -> ir.Value:
    n, channels, *spatial = shape_of(x)
    rest = channels // groups
    for size in spatial:
        rest *= size
    normalised = normalize(reshape(x, [n, groups, rest]), [2], eps).result
    ones = [1] * len(spatial)
    weight, bias = (None if v is None else reshape(v, [channels, *ones]) for v in (weight, bias))
    return _affine(reshape(normalised, shape_of(x)), weight, bias)


@torch_op("torch.aten.rms_norm")
def rms_norm(c: Conversion, x, normalized_shape, weight=None, eps=None) -> ir.Value:
    """x / sqrt(mean(x^2) + eps) * weight (Zhang and Sennrich, arXiv:1910.07467)."""
    shape = shape_of(x)
    leading = len(shape) - len(normalized_shape)
    count = 1
    for size in normalized_shape:
        count *= size
    mean = scale(reduce(mul(x, x), list(range(leading, len(shape)))), 1.0 / count)
    rstd = math.RsqrtOp(shift(mean, 1.1920929e-07 if eps is None else eps)).result
    rows = reshape(rstd, shape[:leading] + [1] * len(normalized_shape))
    return _affine(mul(x, broadcast(rows, shape)), weight, None)


@torch_op("torch.aten.batch_norm")
def batch_norm(c: Conversion, x, weight, bias, mean, variance, training, momentum, eps, *options: object) -> ir.Value:
    """With the batch's statistics where training; else (x - mean) * rsqrt(variance + eps) * weight + bias."""
    if training:
        return _train_batch_norm(x, weight, bias, eps)[0]
    per_channel = _per_channel(x)
    rstd = math.RsqrtOp(shift(variance, eps)).result
    factor = rstd if weight is None else mul(rstd, weight)
    centred = sub(x, broadcast(reshape(mean, per_channel), shape_of(x)))
    bias = None if bias is None else reshape(bias, per_channel)
    return _affine(centred, reshape(factor, per_channel), bias)


@torch_op("torch.aten._native_batch_norm_legit_no_training")
def native_batch_norm(c: Conversion, x, weight, bias, mean, variance, momentum, eps) -> list[ir.Value | None]:
    return [batch_norm(c, x, weight, bias, mean, variance, False, momentum, eps), None, None]


@torch_op("torch.aten._native_batch_norm_legit.no_stats")
def native_batch_norm_without_statistics(
    c: Conversion, x, weight, bias, training, momentum, eps
) -> list[ir.Value | None]:
    return [_train_batch_norm(x, weight, bias, eps)[0], None, None]


@torch_op("torch.aten._native_batch_norm_legit_functional")
def native_batch_norm_functional(
    c: Conversion, x, weight, bias, mean, variance, training, momentum, eps
) -> list[ir.Value | None]:
    """Besides the result the new running statistics, r + momentum (batch - r); the variance that is kept is the
    unbiased one.
    """
    if not training:
        return [batch_norm(c, x, weight, bias, mean, variance, False, momentum, eps), None, None, mean, variance]
    result, batch_mean, batch_variance = _train_batch_norm(x, weight, bias, eps)
    count = pymath.prod(shape_of(x)) // shape_of(mean)[0]
    unbiased = scale(batch_variance, count / max(count - 1, 1))
    running = [
        add(scale(old, 1.0 - momentum), scale(stop_gradient(new), momentum))
        for old, new in ((mean, batch_mean), (variance, unbiased))
    ]
    return [result, None, None, *running]


def _train_batch_norm(
    x: ir.Value, weight: ir.Value | None, bias: ir.Value | None, eps: float
) -> tuple[ir.Value, ir.Value, ir.Value]:
    """(result, mean, variance) by the statistics of the batch x [N, C, d...], computed with the channels last."""
    rank = len(shape_of(x))
    to_last = [0, *range(2, rank), 1]
    op = normalize(transpose(x, to_last), range(rank - 1), eps)
    result = _affine(op.result, weight, bias)
    return transpose(result, [to_last.index(d) for d in range(rank)]), op.mean, op.variance


def _per_channel(x: ir.Value) -> list[int]:
    """The shape in which a vector over the channels of x [N, C, d...] broadcasts to it."""
    return [shape_of(x)[1]] + [1] * (len(shape_of(x)) - 2)
