"""Gradient rules of softmax and log-softmax, by their results."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.softmax import LogSoftmaxOp, SoftmaxOp
from pock_mlir.dialects.upstream import exp, mul, reshape, sub

from .rules import Thunk, vjp


@vjp("pock.softmax")
def softmax(op: SoftmaxOp, g: ir.Value) -> list[Thunk | None]:
    """y (g - sum(g y))."""
    dim = op.dim.value
    return [lambda: mul(op.result, sub(g, _row_sum(mul(g, op.result), dim)))]


@vjp("pock.log_softmax")
def log_softmax(op: LogSoftmaxOp, g: ir.Value) -> list[Thunk | None]:
    """g - exp(y) sum(g)."""
    dim = op.dim.value
    return [lambda: sub(g, mul(exp(op.result), _row_sum(g, dim)))]


def _row_sum(x: ir.Value, dim: int) -> ir.Value:
    """The sum along `dim`, repeated to the shape of x."""
    shape = shape_of(x)
    row = [1 if d == dim else s for d, s in enumerate(shape)]
    return broadcast(reshape(reduce(x, [dim]), row), shape)
