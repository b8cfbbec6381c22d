"""One dimension of a tensor as the columns of a matrix, for rules that work along one dimension."""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import reshape


def to_last(x: ir.Value, dim: int) -> ir.Value:
    """x as a matrix: dimension `dim` is its columns, the others, in order, its rows."""
    shape = shape_of(x)
    dim %= len(shape)
    others = [d for d in range(len(shape)) if d != dim]
    count = 1
    for d in others:
        count *= shape[d]
    return reshape(transpose(x, [*others, dim]), [count, shape[dim]])


def from_last(x: ir.Value, dim: int, shape: Sequence[int]) -> ir.Value:
    """The inverse of `to_last`; the columns may have changed in number, whatever `shape` says of dimension `dim`."""
    rank = len(shape)
    dim %= rank
    others = [d for d in range(rank) if d != dim]
    x = reshape(x, [*(shape[d] for d in others), shape_of(x)[1]])
    order = list(range(rank - 1))
    order.insert(dim, rank - 1)
    return transpose(x, order)
