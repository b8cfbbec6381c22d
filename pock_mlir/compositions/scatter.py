"""Values put at or added to indices: sums of rows, as in the gradient of an embedding."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.embedding import embedding_grad
from pock_mlir.dialects.upstream import add, constant, div, extract_slice, greater, reshape, select

from .index import flat_positions
from .unsupported import Unsupported


def scatter_add(x: ir.Value, dim: int, index: ir.Value, source: ir.Value) -> ir.Value:
    """The elements of the source that the index has, added to x at the index along `dim`."""
    return add(x, _scattered(shape_of(x), dim, index, _part(source, index)))


def scatter(x: ir.Value, dim: int, index: ir.Value, source: ir.Value) -> ir.Value:
    """As `scatter_add`, in the place of x. Elements at one position are averaged."""
    values = _part(source, index)
    total = _scattered(shape_of(x), dim, index, values)
    count = _scattered(shape_of(x), dim, index, constant(1.0, values.type))
    one = constant(1.0, count.type)
    mean = div(total, arith.MaximumFOp(count, one).result)
    return select(greater(count, constant(0.0, count.type)), mean, x)


def _part(source: ir.Value, index: ir.Value) -> ir.Value:
    sizes = shape_of(index)
    if shape_of(source) == sizes:
        return source
    return extract_slice(source, [0] * len(sizes), sizes, [1] * len(sizes))


def _scattered(shape: Sequence[int], dim: int, index: ir.Value, values: ir.Value) -> ir.Value:
    """Zeros of a shape to which the values are added at their positions."""
    if not isinstance(ranked(values).element_type, ir.FloatType):
        raise Unsupported("elements that are not floating-point numbers")
    rows = reshape(values, [*shape_of(values), 1])
    return reshape(embedding_grad(rows, flat_positions(shape, dim, index), math.prod(shape)), shape)
