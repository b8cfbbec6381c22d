"""Reductions, softmax."""

from __future__ import annotations

import math

from torch_mlir import ir

from pock_mlir.compositions import reduce as composed
from pock_mlir.compositions.power_norm import norm, root_of_squares
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.softmax import log_softmax, softmax
from pock_mlir.dialects.upstream import constant, reshape

from .conversion import Conversion
from .rules import torch_op


def _dims(x: ir.Value, dims: list[int] | int | None) -> list[int]:
    rank = len(shape_of(x))
    if isinstance(dims, int):
        dims = [dims]
    return sorted(d % rank for d in dims) if dims else list(range(rank))


@torch_op("torch.aten.sum", "torch.aten.sum.dim_IntList")
def sum_(c: Conversion, x: ir.Value, dims=None, keepdim=False, dtype=None) -> ir.Value:
    x = c.cast(x, c.element)
    return reshape(reduce(x, _dims(x, dims) if isinstance(dims, list) else _dims(x, None)), c.shape)


@torch_op("torch.aten.mean", "torch.aten.mean.dim")
def mean(c: Conversion, x: ir.Value, dims=None, keepdim=False, dtype=None) -> ir.Value:
    x = c.cast(x, c.element)
    axes = _dims(x, dims) if isinstance(dims, list) else _dims(x, None)
    return reshape(composed.mean(x, axes), c.shape)


@torch_op("torch.aten.var.correction", "torch.aten.var.dim")
def variance(c: Conversion, x: ir.Value, dims=None, correction=1, keepdim=False) -> ir.Value:
    return reshape(composed.variance(x, _dims(x, dims), 1 if correction is None else correction), c.shape)


@torch_op("torch.aten.var_mean.correction")
def variance_and_mean(c: Conversion, x: ir.Value, dims=None, correction=1, keepdim=False) -> list[ir.Value]:
    return [variance(c, x, dims, correction, keepdim), mean(c, x, _dims(x, dims), keepdim)]


@torch_op("torch.aten.prod")
def product_of_all(c: Conversion, x: ir.Value, dtype=None) -> ir.Value:
    return product(c, reshape(x, [math.prod(shape_of(x))]), 0)


@torch_op("torch.aten.prod.dim_int")
def product(c: Conversion, x: ir.Value, dim: int, keepdim=False, dtype=None) -> ir.Value:
    if 0 in shape_of(x):
        return constant(1, c.type)
    return reshape(composed.product(c.cast(x, c.element), dim), c.shape)


@torch_op("torch.aten.std.correction", "torch.aten.std.dim")
def deviation(c: Conversion, x: ir.Value, dims=None, correction=1, keepdim=False) -> ir.Value:
    return root_of_squares(variance(c, x, dims, correction, keepdim))


@torch_op("torch.aten.linalg_vector_norm")
def vector_norm(c: Conversion, x: ir.Value, order: float = 2, dims=None, keepdim=False, dtype=None) -> ir.Value:
    x = c.cast(x, c.element)
    return reshape(norm(x, order, _dims(x, dims)), c.shape)


@torch_op("torch.aten.logsumexp")
def logsumexp(c: Conversion, x: ir.Value, dims, keepdim=False) -> ir.Value:
    return reshape(composed.log_of_sum(x, _dims(x, dims)), c.shape)


@torch_op("torch.aten.max")
def maximum_of_all(c: Conversion, x: ir.Value) -> ir.Value:
    return composed.extremum_of_all(x, "max")


@torch_op("torch.aten.min")
def minimum_of_all(c: Conversion, x: ir.Value) -> ir.Value:
    return composed.extremum_of_all(x, "min")


@torch_op("torch.aten.amax")
def amax(c: Conversion, x: ir.Value, dims=None, keepdim=False) -> ir.Value:
    return reshape(reduce(x, _dims(x, dims), "max"), c.shape)


@torch_op("torch.aten.amin")
def amin(c: Conversion, x: ir.Value, dims=None, keepdim=False) -> ir.Value:
    return reshape(reduce(x, _dims(x, dims), "min"), c.shape)


@torch_op("torch.aten.any", "torch.aten.any.dim", "torch.aten.any.dims")
def any_(c: Conversion, x: ir.Value, dims=None, keepdim=False) -> ir.Value:
    if 0 in shape_of(x):  # of which the maximum is no boolean
        return constant(False, c.type)
    integer = ir.IntegerType.get_signless(32)
    boolean = c.cast(c.cast(x, ir.IntegerType.get_signless(1)), integer)
    return c.cast(reshape(reduce(boolean, _dims(x, dims), "max"), c.shape), ir.IntegerType.get_signless(1))


@torch_op("torch.aten.softmax.int", "torch.aten._softmax")
def softmax_(c: Conversion, x: ir.Value, dim: int, dtype=None) -> ir.Value:
    return softmax(c.cast(x, c.element), dim)


@torch_op("torch.aten.log_softmax.int", "torch.aten._log_softmax")
def log_softmax_(c: Conversion, x: ir.Value, dim: int, dtype=None) -> ir.Value:
    return log_softmax(c.cast(x, c.element), dim)
