"""Running sums, products and differences along a dimension."""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import add, constant, exp, extract_slice, greater, reshape, select, sub

from .arrange import padded
from .dense import dense_integers
from .layout import from_last, to_last
from .unsupported import Unsupported


def running_sum(x: ir.Value, dim: int) -> ir.Value:
    """y[i] = sum of x[j] over j <= i: n^2 additions, which fuse into one loop without memory of that size."""
    terms, counted = _terms(x, dim)
    return reduce(select(counted, terms, constant(0, terms.type)), [dim + 1])


def log_of_running_sum(x: ir.Value, dim: int) -> ir.Value:
    """log of the sum of exp(x[j]) over j <= i, from x less the largest of them, where that is finite."""
    axis = dim + 1
    terms, counted = _terms(x, dim)
    terms = select(counted, terms, constant(-pymath.inf, terms.type))
    largest = stop_gradient(reduce(terms, [axis], "max"))
    infinity, zero = constant(pymath.inf, largest.type), constant(0.0, largest.type)
    offset = select(greater(infinity, math.AbsFOp(largest).result), largest, zero)
    rows = shape_of(terms)
    rows[axis] = 1
    exponentials = exp(sub(terms, broadcast(reshape(offset, rows), shape_of(terms))))
    return add(math.LogOp(reduce(exponentials, [axis])).result, offset)


def _terms(x: ir.Value, dim: int) -> tuple[ir.Value, ir.Value]:
    """For each element along `dim` all elements, along the dimension behind, and which of them come up to it."""
    shape = shape_of(x)
    size = shape[dim]
    square = [*shape[:dim], size, *shape[dim:]]
    terms = broadcast(reshape(x, [*shape[:dim], 1, *shape[dim:]]), square)
    positions = dense_integers(range(size))

    def along(axis: int) -> ir.Value:
        return broadcast(reshape(positions, [size if d == axis else 1 for d in range(len(square))]), square)

    return terms, arith.CmpIOp(arith.CmpIPredicate.sle, along(dim + 1), along(dim)).result


def difference(x: ir.Value, dim: int, times: int = 1) -> ir.Value:
    """x[i + 1] - x[i], so many times over."""
    for _ in range(times):
        x = _minus(_without(x, dim, first=True), _without(x, dim, first=False))
    return x


def _without(x: ir.Value, dim: int, *, first: bool) -> ir.Value:
    """x without its first or its last slice along a dimension, if it has one."""
    shape = shape_of(x)
    offsets = [int(first and d == dim) for d in range(len(shape))]
    sizes = [max(size - (d == dim), 0) for d, size in enumerate(shape)]
    return extract_slice(x, offsets, sizes, [1] * len(shape))


def _minus(a: ir.Value, b: ir.Value) -> ir.Value:
    element = ranked(a).element_type
    if element == ir.IntegerType.get_signless(1):
        raise Unsupported("differences of booleans; convert them to integers")
    return sub(a, b) if isinstance(element, ir.FloatType) else arith.SubIOp(a, b).result


def running_product(x: ir.Value, dim: int) -> ir.Value:
    """By doubling: after step k each element is the product of itself and the 2^k - 1 before it."""
    shape = shape_of(x)
    rows = to_last(x, dim)
    count, length = shape_of(rows)
    multiply = arith.MulFOp if isinstance(ranked(rows).element_type, ir.FloatType) else arith.MulIOp
    distance = 1
    while distance < length:
        kept = extract_slice(rows, [0, 0], [count, length - distance], [1, 1])
        shifted = padded(kept, [count, length], [0, distance], 1)
        rows = multiply(rows, shifted).result
        distance *= 2
    return from_last(rows, dim, shape)
