"""Embedding, gather and indexing: all of them rows of a table."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.embedding import embedding
from pock_mlir.dialects.upstream import constant, reshape

from .conversion import Conversion, Unsupported
from .creation import dense_integers
from .rules import torch_op


@torch_op("torch.aten.embedding")
def embedding_(c: Conversion, table, indices, padding_index=-1, scale_by_frequency=False, sparse=False) -> ir.Value:
    if scale_by_frequency:
        raise Unsupported("scale_grad_by_freq")
    return embedding(table, indices, padding_index)


@torch_op("torch.aten.gather")
def gather(c: Conversion, x: ir.Value, dim: int, index: ir.Value, sparse_grad: bool = False) -> ir.Value:
    """Elements of the flattened x at the index along `dim` and at the own position along the others."""
    shape, positions = shape_of(x), shape_of(index)
    flat = None
    for d, size in enumerate(shape):
        if d == dim % len(shape):
            coordinate = _wrapped(index, size)
        else:
            own = [positions[d] if e == d else 1 for e in range(len(shape))]
            coordinate = broadcast(reshape(dense_integers(range(positions[d])), own), positions)
        flat = coordinate if flat is None else _flattened(flat, coordinate, size)
    table = reshape(x, [_product(shape), 1])
    return reshape(embedding(table, flat), c.shape)


@torch_op("torch.aten.index.Tensor", "torch.aten.index.Tensor_hacked_twin")
def index_tensor(c: Conversion, x: ir.Value, indices: list[ir.Value | None]) -> ir.Value:
    """Indices for the leading dimensions, broadcast against each other: rows of x with those dimensions flattened."""
    if any(i is None for i in indices):
        raise Unsupported("indices behind a full slice")
    if any(ranked(i).element_type == ir.IntegerType.get_signless(1) for i in indices):
        raise Unsupported("a boolean mask as index: its result has no static shape")
    shape = shape_of(x)
    common = c.shape[: len(c.shape) - (len(shape) - len(indices))]
    flat = None
    for index, size in zip(indices, shape, strict=False):
        coordinate = broadcast(_wrapped(index, size), common)
        flat = coordinate if flat is None else _flattened(flat, coordinate, size)
    rest = shape[len(indices) :]
    table = reshape(x, [_product(shape[: len(indices)]), _product(rest)])
    return reshape(embedding(table, flat), c.shape)


@torch_op("torch.aten.index_select")
def index_select(c: Conversion, x: ir.Value, dim: int, index: ir.Value) -> ir.Value:
    if dim % len(shape_of(x)) != 0:
        raise Unsupported("along a dimension other than the first")
    return index_tensor(c, x, [index])


def _wrapped(index: ir.Value, size: int) -> ir.Value:
    """Indices as i64, those below 0 counted from the end."""
    i64 = ir.IntegerType.get_signless(64)
    if ranked(index).element_type != i64:
        index = arith.ExtSIOp(ir.RankedTensorType.get(shape_of(index), i64), index).result
    negative = arith.CmpIOp(arith.CmpIPredicate.slt, index, constant(0, index.type)).result
    return arith.SelectOp(negative, arith.AddIOp(index, constant(size, index.type)).result, index).result


def _flattened(outer: ir.Value, inner: ir.Value, size: int) -> ir.Value:
    return arith.AddIOp(arith.MulIOp(outer, constant(size, outer.type)).result, inner).result


def _product(sizes: list[int]) -> int:
    product = 1
    for size in sizes:
        product *= size
    return product
