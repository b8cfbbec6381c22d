"""Triangles of matrices: what lies above or below a diagonal becomes zero."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.upstream import constant, reshape, select

from .dense import dense_integers


def lower(x: ir.Value, diagonal: int = 0) -> ir.Value:
    """x [..., rows, columns] where the column is at most the row plus `diagonal`, else 0."""
    return _kept(x, lower_mask(shape_of(x)[-2], shape_of(x)[-1], diagonal))


def upper(x: ir.Value, diagonal: int = 0) -> ir.Value:
    """x [..., rows, columns] where the column is at least the row plus `diagonal`, else 0."""
    return _kept(x, _mask(shape_of(x)[-2], shape_of(x)[-1], diagonal, arith.CmpIPredicate.sge))


def lower_mask(rows: int, columns: int, diagonal: int) -> ir.Value:
    """[rows, columns], true where the column is at most the row plus `diagonal`."""
    return _mask(rows, columns, diagonal, arith.CmpIPredicate.sle)


def _mask(rows: int, columns: int, diagonal: int, predicate: arith.CmpIPredicate) -> ir.Value:
    limits = dense_integers(range(diagonal, diagonal + rows))
    limits = broadcast(reshape(limits, [rows, 1]), [rows, columns])
    return arith.CmpIOp(predicate, broadcast(dense_integers(range(columns)), [rows, columns]), limits).result


def _kept(x: ir.Value, mask: ir.Value) -> ir.Value:
    return select(broadcast(mask, shape_of(x)), x, constant(0, x.type))
