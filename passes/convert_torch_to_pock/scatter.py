"""Values put at or added to indices: sums of rows, as in the gradient of an embedding."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.embedding import embedding_grad
from pock_mlir.dialects.upstream import add, constant, div, extract_slice, greater, reshape, select

from .conversion import Conversion, Unsupported
from .index import flat_positions
from .rules import torch_op


@torch_op("torch.aten.scatter_add")
def scatter_add(c: Conversion, x: ir.Value, dim: int, index: ir.Value, source: ir.Value) -> ir.Value:
    """The elements of the source that the index has, added to x at the index along `dim`."""
    return add(x, _scattered(c, dim, index, _part(source, index)))


@torch_op("torch.aten.scatter.src")
def scatter(c: Conversion, x: ir.Value, dim: int, index: ir.Value, source: ir.Value) -> ir.Value:
    """As `scatter_add`, in the place of x. Elements at one position, whose order torch leaves open, are averaged."""
    values = _part(source, index)
    total = _scattered(c, dim, index, values)
    count = _scattered(c, dim, index, constant(1.0, values.type))
    one = constant(1.0, count.type)
    mean = div(total, arith.MaximumFOp(count, one).result)
    return select(greater(count, constant(0.0, count.type)), mean, x)


@torch_op("torch.aten.scatter.value")
def scatter_value(c: Conversion, x: ir.Value, dim: int, index: ir.Value, value: float) -> ir.Value:
    element = ranked(x).element_type
    return scatter(c, x, dim, index, constant(value, ir.RankedTensorType.get(shape_of(index), element)))


@torch_op("torch.aten.index_add")
def index_add(c: Conversion, x: ir.Value, dim: int, index: ir.Value, source: ir.Value, alpha: float = 1) -> ir.Value:
    """Slices of the source added to those of x that the index, a vector, names."""
    shape = shape_of(source)
    along = [shape_of(index)[0] if d == dim % len(shape) else 1 for d in range(len(shape))]
    if alpha != 1:
        raise Unsupported("alpha")
    return scatter_add(c, x, dim, broadcast(reshape(index, along), shape), source)


def _part(source: ir.Value, index: ir.Value) -> ir.Value:
    sizes = shape_of(index)
    if shape_of(source) == sizes:
        return source
    return extract_slice(source, [0] * len(sizes), sizes, [1] * len(sizes))


def _scattered(c: Conversion, dim: int, index: ir.Value, values: ir.Value) -> ir.Value:
    """Zeros of the result's shape to which the values are added at their positions."""
    if not isinstance(ranked(values).element_type, ir.FloatType):
        raise Unsupported("elements that are not floating-point numbers")
    size = 1
    for extent in c.shape:
        size *= extent
    rows = embedding_grad(reshape(values, [*shape_of(values), 1]), flat_positions(c.shape, dim, index), size)
    return reshape(rows, c.shape)
