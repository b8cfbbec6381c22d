"""Products of vectors, matrices and batches of them, and affine maps."""

from __future__ import annotations

import math

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast, broadcast_shape
from pock_mlir.dialects.matmul import matmul
from pock_mlir.dialects.upstream import add, reshape, scale


def linear(x: ir.Value, weight: ir.Value, bias: ir.Value | None = None) -> ir.Value:
    """x weight^T + bias, [..., O], of x [..., I], weight [O, I] and bias [O]."""
    product = matmul(_rows(x), weight, transpose_rhs=True)
    if bias is not None:
        product = add(product, broadcast(bias, shape_of(product)))
    return reshape(product, [*shape_of(x)[:-1], shape_of(weight)[0]])


def product(lhs: ir.Value, rhs: ir.Value) -> ir.Value:
    """By numpy's rule: vectors are matrices of one row or column, which the result does not have; batch dimensions
    broadcast.
    """
    kept = [shape_of(lhs)[-2:-1], shape_of(rhs)[1:][-1:]]
    if len(shape_of(lhs)) == 1:
        lhs = reshape(lhs, [1, *shape_of(lhs)])
    if len(shape_of(rhs)) == 1:
        rhs = reshape(rhs, [*shape_of(rhs), 1])
    batch = broadcast_shape(shape_of(lhs)[:-2], shape_of(rhs)[:-2])
    shape = [*batch, *kept[0], *kept[1]]
    if len(shape_of(rhs)) == 2:
        return reshape(matmul(_rows(lhs), rhs), shape)
    lhs, rhs = (broadcast(v, [*batch, *shape_of(v)[-2:]]) for v in (lhs, rhs))
    return reshape(matmul(lhs, rhs), shape)


def added_product(x: ir.Value, lhs: ir.Value, rhs: ir.Value, beta: float = 1, alpha: float = 1) -> ir.Value:
    """beta x + alpha lhs rhs, x broadcast to the product of two matrices or batches of them."""
    result = matmul(lhs, rhs)
    if alpha != 1:
        result = scale(result, alpha)
    x = broadcast(x, shape_of(result))
    return add(result, x if beta == 1 else scale(x, beta))


def _rows(x: ir.Value) -> ir.Value:
    """x as a matrix: all leading dimensions are rows."""
    *leading, last = shape_of(x)
    return reshape(x, [math.prod(leading), last])
