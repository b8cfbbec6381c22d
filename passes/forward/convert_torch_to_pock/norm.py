"""Normalisation layers."""

from __future__ import annotations

import math

from torch_mlir import ir

from pock_mlir.compositions import norm
from pock_mlir.dialects.base import shape_of

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.layer_norm")
def layer_norm(c: Conversion, x, normalized_shape, weight=None, bias=None, eps=1e-5, *options: object) -> ir.Value:
    return norm.layer_norm(x, len(normalized_shape), weight, bias, eps)


@torch_op("torch.aten.group_norm")
def group_norm(c: Conversion, x, groups, weight=None, bias=None, eps=1e-5, *options: object) -> ir.Value:
    return norm.group_norm(x, groups, weight, bias, eps)


@torch_op("torch.aten.rms_norm")
def rms_norm(c: Conversion, x, normalized_shape, weight=None, eps=None) -> ir.Value:
    options = {} if eps is None else {"eps": eps}
    return norm.rms_norm(x, len(normalized_shape), weight, **options)


@torch_op("torch.aten.batch_norm")
def batch_norm(c: Conversion, x, weight, bias, mean, variance, training, momentum, eps, *options: object) -> ir.Value:
    if training:
        return norm.batch_norm(x, weight, bias, eps)[0]
    return norm.batch_norm_by(x, mean, variance, weight, bias, eps)


@torch_op("torch.aten._native_batch_norm_legit_no_training")
def native_batch_norm(c: Conversion, x, weight, bias, mean, variance, momentum, eps) -> list[ir.Value | None]:
    return [norm.batch_norm_by(x, mean, variance, weight, bias, eps), None, None]


@torch_op("torch.aten._native_batch_norm_legit.no_stats")
def native_batch_norm_without_statistics(
    c: Conversion, x, weight, bias, training, momentum, eps
) -> list[ir.Value | None]:
    return [norm.batch_norm(x, weight, bias, eps)[0], None, None]


@torch_op("torch.aten._native_batch_norm_legit_functional")
def native_batch_norm_functional(
    c: Conversion, x, weight, bias, mean, variance, training, momentum, eps
) -> list[ir.Value | None]:
    """Besides the result the new running statistics."""
    if not training:
        return [norm.batch_norm_by(x, mean, variance, weight, bias, eps), None, None, mean, variance]
    result, *batch = norm.batch_norm(x, weight, bias, eps)
    count = math.prod(shape_of(x)) // shape_of(mean)[0]
    running = norm.running_statistics((mean, variance), (batch[0], batch[1]), count, momentum)
    return [result, None, None, *running]
