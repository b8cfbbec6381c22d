"""Reductions that are composed: means, variances, products, logarithms of sums."""

from __future__ import annotations

import math as pymath
from collections.abc import Sequence
from typing import Literal

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.reduce import reduce
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

from .even_shares import evenly_from
from .layout import to_last


def mean(x: ir.Value, axes: Sequence[int]) -> ir.Value:
    return _over(reduce(x, list(axes)), _count(x, axes))


def variance(x: ir.Value, axes: Sequence[int], correction: float = 1) -> ir.Value:
    """The squared distances from the mean over their number less `correction`."""
    centred = sub(x, _along(mean(x, axes), x, axes))
    return _over(reduce(mul(centred, centred), list(axes)), _count(x, axes) - correction)


def product(x: ir.Value, dim: int) -> ir.Value:
    """[rows, 1], a row for each place along the other dimensions.

    The two halves of what is left are multiplied until one element remains: gradients are exact at zeros, too.
    """
    multiply = arith.MulFOp if isinstance(ranked(x).element_type, ir.FloatType) else arith.MulIOp
    rows = to_last(x, dim)
    while (length := shape_of(rows)[1]) > 1:
        count, half = shape_of(rows)[0], length // 2
        first, second = (extract_slice(rows, [0, start], [count, half], [1, 1]) for start in (0, half))
        rest = [extract_slice(rows, [0, 2 * half], [count, 1], [1, 1])] if length % 2 else []
        halves = multiply(first, second).result
        rows = concat([halves, *rest], 1) if rest else halves
    return rows


def log_of_sum(x: ir.Value, axes: Sequence[int]) -> ir.Value:
    """log of the sum of exp(x), from x less its maximum, where that is finite."""
    maximum = stop_gradient(reduce(x, list(axes), "max"))
    zero, infinity = constant(0.0, maximum.type), constant(pymath.inf, maximum.type)
    offset = select(greater(infinity, math.AbsFOp(maximum).result), maximum, zero)
    exponentials = exp(sub(x, _along(offset, x, axes)))
    return add(math.LogOp(reduce(exponentials, list(axes))).result, offset)


def extremum_of_all(x: ir.Value, kind: Literal["max", "min"]) -> ir.Value:
    """[]: equal elements share the gradient, and where it is NaN those that are NaN."""
    value = reduce(x, list(range(len(shape_of(x)))), kind)
    return evenly_from(x, value) if isinstance(ranked(x).element_type, ir.FloatType) else value


def _along(reduced: ir.Value, x: ir.Value, axes: Sequence[int]) -> ir.Value:
    """What was reduced along the axes, for each element of x."""
    rows = [1 if d in axes else s for d, s in enumerate(shape_of(x))]
    return broadcast(reshape(reduced, rows), shape_of(x))


def _count(x: ir.Value, axes: Sequence[int]) -> int:
    return pymath.prod(shape_of(x)[d] for d in axes)


def _over(total: ir.Value, count: float) -> ir.Value:
    """A sum over a count; over none it is NaN, as 0 / 0 is."""
    return scale(total, 1.0 / count if count > 0 else pymath.inf)
