"""Values put at or added to indices."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions import scatter as composed
from pock_mlir.compositions.unsupported import Unsupported
from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.upstream import constant, reshape

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.scatter_add")
def scatter_add(c: Conversion, x: ir.Value, dim: int, index: ir.Value, source: ir.Value) -> ir.Value:
    return composed.scatter_add(x, dim, index, source)


@torch_op("torch.aten.scatter.src")
def scatter(c: Conversion, x: ir.Value, dim: int, index: ir.Value, source: ir.Value) -> ir.Value:
    """The order of elements at one position is left open by torch: they are averaged."""
    return composed.scatter(x, dim, index, source)


@torch_op("torch.aten.scatter.value")
def scatter_value(c: Conversion, x: ir.Value, dim: int, index: ir.Value, value: float) -> ir.Value:
    element = ranked(x).element_type
    return composed.scatter(x, dim, index, constant(value, ir.RankedTensorType.get(shape_of(index), element)))


@torch_op("torch.aten.index_add")
def index_add(c: Conversion, x: ir.Value, dim: int, index: ir.Value, source: ir.Value, alpha: float = 1) -> ir.Value:
    """Slices of the source added to those of x that the index, a vector, names."""
    shape = shape_of(source)
    along = [shape_of(index)[0] if d == dim % len(shape) else 1 for d in range(len(shape))]
    if alpha != 1:
        raise Unsupported("alpha")
    return composed.scatter_add(x, dim, broadcast(reshape(index, along), shape), source)
