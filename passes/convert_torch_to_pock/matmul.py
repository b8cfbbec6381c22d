"""Linear layers and matrix products."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast, broadcast_shape
from pock_mlir.dialects.matmul import matmul
from pock_mlir.dialects.upstream import add, reshape, scale

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.linear")
def linear(c: Conversion, x: ir.Value, weight: ir.Value, bias: ir.Value | None = None) -> ir.Value:
    product = matmul(_rows(x), weight, transpose_rhs=True)
    if bias is not None:
        product = add(product, broadcast(bias, shape_of(product)))
    return reshape(product, c.shape)


def _rows(x: ir.Value) -> ir.Value:
    """x as a matrix: all leading dimensions are rows."""
    *leading, last = shape_of(x)
    rows = 1
    for size in leading:
        rows *= size
    return reshape(x, [rows, last])


@torch_op("torch.aten.mm", "torch.aten.bmm")
def mm(c: Conversion, lhs: ir.Value, rhs: ir.Value) -> ir.Value:
    return matmul(lhs, rhs)


@torch_op("torch.aten.matmul", "torch.aten.dot", "torch.aten.mv")
def matmul_(c: Conversion, lhs: ir.Value, rhs: ir.Value) -> ir.Value:
    """torch.matmul: vectors become matrices of one row or column, batch dimensions broadcast."""
    if len(shape_of(lhs)) == 1:
        lhs = reshape(lhs, [1, *shape_of(lhs)])
    if len(shape_of(rhs)) == 1:
        rhs = reshape(rhs, [*shape_of(rhs), 1])
    if len(shape_of(rhs)) == 2:
        return reshape(matmul(_rows(lhs), rhs), c.shape)
    batch = broadcast_shape(shape_of(lhs)[:-2], shape_of(rhs)[:-2])
    lhs, rhs = (broadcast(v, [*batch, *shape_of(v)[-2:]]) for v in (lhs, rhs))
    return reshape(matmul(lhs, rhs), c.shape)


@torch_op("torch.aten.addmm", "torch.aten.baddbmm")
def addmm(c: Conversion, bias: ir.Value, lhs: ir.Value, rhs: ir.Value, beta: float = 1, alpha: float = 1) -> ir.Value:
    product = matmul(lhs, rhs)
    if alpha != 1:
        product = scale(product, alpha)
    bias = broadcast(bias, c.shape)
    return add(product, bias if beta == 1 else scale(bias, beta))
