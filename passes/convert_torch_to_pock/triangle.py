"""Triangles of matrices: what lies above or below a diagonal becomes zero."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.upstream import constant, reshape, select

from .conversion import Conversion
from .creation import dense_integers
from .rules import torch_op


@torch_op("torch.aten.tril")
def lower(c: Conversion, x: ir.Value, diagonal: int = 0) -> ir.Value:
    return _kept(x, diagonal, arith.CmpIPredicate.sle)


@torch_op("torch.aten.triu")
def upper(c: Conversion, x: ir.Value, diagonal: int = 0) -> ir.Value:
    return _kept(x, diagonal, arith.CmpIPredicate.sge)


def _kept(x: ir.Value, diagonal: int, predicate: arith.CmpIPredicate) -> ir.Value:
    """x where its column compares to its row plus `diagonal` by the predicate."""
    *_, rows, columns = shape_of(x)
    limits = dense_integers(range(diagonal, diagonal + rows))
    limits = broadcast(reshape(limits, [rows, 1]), [rows, columns])
    kept = arith.CmpIOp(predicate, broadcast(dense_integers(range(columns)), [rows, columns]), limits).result
    return select(broadcast(kept, shape_of(x)), x, constant(0, x.type))
