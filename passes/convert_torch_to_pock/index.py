"""Embedding, gather and indexing: all of them rows of a table."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.embedding import embedding
from pock_mlir.dialects.transpose import transpose
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
    table = reshape(x, [_product(shape_of(x)), 1])
    return reshape(embedding(table, flat_positions(shape_of(x), dim, index)), c.shape)


def flat_positions(shape: list[int], dim: int, index: ir.Value) -> ir.Value:
    """The positions in a flattened tensor of `shape` that `gather` and `scatter` mean."""
    positions = shape_of(index)
    flat = dense_integers([0])
    for d, size in enumerate(shape):
        if d == dim % len(shape):
            coordinate = _wrapped(index, size)
        else:
            own = [positions[d] if e == d else 1 for e in range(len(shape))]
            coordinate = broadcast(reshape(dense_integers(range(positions[d])), own), positions)
        flat = coordinate if d == 0 else _flattened(flat, coordinate, size)
    return flat


@torch_op("torch.aten.index.Tensor", "torch.aten.index.Tensor_hacked_twin")
def index_tensor(c: Conversion, x: ir.Value, indices: list[ir.Value | None]) -> ir.Value:
    """Indices, broadcast against each other: rows of x with the indexed dimensions flattened.

    They stand in the result where the indexed dimensions were, or first if these are not next to each other.
    """
    indexed = [d for d, index in enumerate(indices) if index is not None]
    if any(is_mask(indices[d]) for d in indexed):
        raise Unsupported("a boolean mask as index: its result has no static shape")
    shape = shape_of(x)
    others = [d for d in range(len(shape)) if d not in indexed]
    are_neighbours = indexed == list(range(indexed[0], indexed[-1] + 1))
    before = [d for d in others if d < indexed[0]] if are_neighbours else []
    after = others[len(before) :]
    common = c.shape[len(before) : len(c.shape) - len(after)]
    flat = flat_index(indices, shape, common)
    kept = [shape[d] for d in before + after]
    table = reshape(transpose(x, indexed + before + after), [_product([shape[d] for d in indexed]), _product(kept)])
    rows = reshape(embedding(table, flat), [*common, *kept])
    # The dimensions before the indexed ones come first in the result, too.
    order = [len(common) + d for d in before] + list(range(len(common)))
    return transpose(rows, [*order, *range(len(common) + len(before), len(common) + len(kept))])


def is_mask(index: ir.Value) -> bool:
    return ranked(index).element_type == ir.IntegerType.get_signless(1)


def flat_index(indices: list[ir.Value | None], shape: list[int], common: list[int]) -> ir.Value:
    """The indices, broadcast to `common`, as one into the flattened dimensions that have any."""
    flat = None
    for index, size in zip(indices, shape, strict=False):
        if index is not None:
            coordinate = broadcast(_wrapped(index, size), common)
            flat = coordinate if flat is None else _flattened(flat, coordinate, size)
    assert flat is not None
    return flat


@torch_op("torch.aten.index_select")
def index_select(c: Conversion, x: ir.Value, dim: int, index: ir.Value) -> ir.Value:
    return index_tensor(c, x, [None] * (dim % len(shape_of(x))) + [index])


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
