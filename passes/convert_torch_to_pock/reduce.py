"""Reductions, softmax."""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.softmax import log_softmax, softmax
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import (
    add,
    concat,
    constant,
    exp,
    extract_slice,
    greater,
    mul,
    reshape,
    scale,
    select,
    sub,
)

from .conversion import Conversion
from .even_shares import evenly_from
from .layout import to_last
from .power_norm import norm, root_of_squares
from .rules import torch_op


def _dims(x: ir.Value, dims: list[int] | int | None) -> list[int]:
    rank = len(shape_of(x))
    if isinstance(dims, int):
        dims = [dims]
    return sorted(d % rank for d in dims) if dims else list(range(rank))


def _count(x: ir.Value, dims: list[int]) -> int:
    count = 1
    for dim in dims:
        count *= shape_of(x)[dim]
    return count


@torch_op("torch.aten.sum", "torch.aten.sum.dim_IntList")
def sum_(c: Conversion, x: ir.Value, dims=None, keepdim=False, dtype=None) -> ir.Value:
    x = c.cast(x, c.element)
    return reshape(reduce(x, _dims(x, dims) if isinstance(dims, list) else _dims(x, None)), c.shape)


@torch_op("torch.aten.mean", "torch.aten.mean.dim")
def mean(c: Conversion, x: ir.Value, dims=None, keepdim=False, dtype=None) -> ir.Value:
    x = c.cast(x, c.element)
    axes = _dims(x, dims) if isinstance(dims, list) else _dims(x, None)
    return reshape(_over(reduce(x, axes), _count(x, axes)), c.shape)


def _over(total: ir.Value, count: float) -> ir.Value:
    """A sum over a count; over none it is NaN, as 0 / 0 is."""
    return scale(total, 1.0 / count if count > 0 else pymath.inf)


@torch_op("torch.aten.var.correction", "torch.aten.var.dim")
def variance(c: Conversion, x: ir.Value, dims=None, correction=1, keepdim=False) -> ir.Value:
    axes = _dims(x, dims)
    degrees = _count(x, axes) - (1 if correction is None else correction)
    rows = [1 if d in axes else s for d, s in enumerate(shape_of(x))]
    average = broadcast(reshape(_over(reduce(x, axes), _count(x, axes)), rows), shape_of(x))
    centred = sub(x, average)
    return reshape(_over(reduce(mul(centred, centred), axes), degrees), c.shape)


@torch_op("torch.aten.var_mean.correction")
def variance_and_mean(c: Conversion, x: ir.Value, dims=None, correction=1, keepdim=False) -> list[ir.Value]:
    return [variance(c, x, dims, correction, keepdim), mean(c, x, _dims(x, dims), keepdim)]


@torch_op("torch.aten.prod")
def product_of_all(c: Conversion, x: ir.Value, dtype=None) -> ir.Value:
    return product(c, reshape(x, [_count(x, list(range(len(shape_of(x)))))]), 0)


@torch_op("torch.aten.prod.dim_int")
def product(c: Conversion, x: ir.Value, dim: int, keepdim=False, dtype=None) -> ir.Value:
    """The two halves of what is left are multiplied until one element remains: gradients are exact at zeros, too."""
    if 0 in shape_of(x):
        return constant(1, c.type)
    multiply = arith.MulFOp if isinstance(c.element, ir.FloatType) else arith.MulIOp
    rows = to_last(c.cast(x, c.element), dim)
    while (length := shape_of(rows)[1]) > 1:
        count, half = shape_of(rows)[0], length // 2
        first, second = (extract_slice(rows, [0, start], [count, half], [1, 1]) for start in (0, half))
        rest = [extract_slice(rows, [0, 2 * half], [count, 1], [1, 1])] if length % 2 else []
        halves = multiply(first, second).result
        rows = concat([halves, *rest], 1) if rest else halves
    return reshape(rows, c.shape)


@torch_op("torch.aten.std.correction", "torch.aten.std.dim")
def deviation(c: Conversion, x: ir.Value, dims=None, correction=1, keepdim=False) -> ir.Value:
    return root_of_squares(variance(c, x, dims, correction, keepdim))


@torch_op("torch.aten.linalg_vector_norm")
def vector_norm(c: Conversion, x: ir.Value, order: float = 2, dims=None, keepdim=False, dtype=None) -> ir.Value:
    x = c.cast(x, c.element)
    return reshape(norm(x, order, _dims(x, dims)), c.shape)


@torch_op("torch.aten.logsumexp")
def logsumexp(c: Conversion, x: ir.Value, dims, keepdim=False) -> ir.Value:
    """From x less its maximum, where that is finite."""
    axes = _dims(x, dims)
    maximum = stop_gradient(reduce(x, axes, "max"))
    zero, infinity = constant(0.0, maximum.type), constant(pymath.inf, maximum.type)
    offset = select(greater(infinity, math.AbsFOp(maximum).result), maximum, zero)
    rows = [1 if d in axes else s for d, s in enumerate(shape_of(x))]
    exponentials = exp(sub(x, broadcast(reshape(offset, rows), shape_of(x))))
    return reshape(add(math.LogOp(reduce(exponentials, axes)).result, offset), c.shape)


@torch_op("torch.aten.max")
def maximum_of_all(c: Conversion, x: ir.Value) -> ir.Value:
    return _extremum_of_all(c, x, "max")


@torch_op("torch.aten.min")
def minimum_of_all(c: Conversion, x: ir.Value) -> ir.Value:
    return _extremum_of_all(c, x, "min")


def _extremum_of_all(c: Conversion, x: ir.Value, kind: str) -> ir.Value:
    """Its gradient is that of `amax`, but where it is NaN the elements that are NaN share it."""
    value = reduce(x, _dims(x, None), kind)
    return evenly_from(x, value) if isinstance(c.element, ir.FloatType) else value


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
