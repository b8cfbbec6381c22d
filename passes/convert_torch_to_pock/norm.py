"""Normalisation layers."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import math

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.layer_norm import layer_norm
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.upstream import add, mul, reshape, scale, shift, sub

from .conversion import Conversion, Unsupported
from .rules import torch_op


def _affine(x: ir.Value, weight: ir.Value | None, bias: ir.Value | None) -> ir.Value:
    """x * weight + bias, both optional and broadcast."""
    if weight is not None:
        x = mul(x, broadcast(weight, shape_of(x)))
    if bias is not None:
        x = add(x, broadcast(bias, shape_of(x)))
    return x


@torch_op("torch.aten.layer_norm")
def layer_norm_(c: Conversion, x, normalized_shape, weight=None, bias=None, eps=1e-5, *options: object) -> ir.Value:
    normalised, _ = layer_norm(x, len(normalized_shape), eps)
    return _affine(normalised, weight, bias)


@torch_op("torch.aten.group_norm")
def group_norm(c: Conversion, x, groups, weight=None, bias=None, eps=1e-5, *options: object) -> ir.Value:
    n, channels, *spatial = shape_of(x)
    rest = channels // groups
    for size in spatial:
        rest *= size
    normalised, _ = layer_norm(reshape(x, [n, groups, rest]), 1, eps)
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
    """With the running statistics: (x - mean) * rsqrt(variance + eps) * weight + bias."""
    if training:
        raise Unsupported(
            "batch normalisation in training mode is not supported; call model.eval() to use the running statistics"
        )
    per_channel = [shape_of(mean)[0]] + [1] * (len(shape_of(x)) - 2)
    rstd = math.RsqrtOp(shift(variance, eps)).result
    factor = rstd if weight is None else mul(rstd, weight)
    centred = sub(x, broadcast(reshape(mean, per_channel), shape_of(x)))
    bias = None if bias is None else reshape(bias, per_channel)
    return _affine(centred, reshape(factor, per_channel), bias)


@torch_op("torch.aten._native_batch_norm_legit_no_training")
def native_batch_norm(c: Conversion, x, weight, bias, mean, variance, momentum, eps) -> list[ir.Value | None]:
    return [batch_norm(c, x, weight, bias, mean, variance, False, momentum, eps), None, None]
