"""Gradient rules of pooling."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.pool2d import AvgPool2dOp, MaxPool2dOp, avg_pool2d_grad, max_pool2d_grad

from .rules import Thunk, vjp


@vjp("pock.max_pool2d")
def max_pool2d(op: MaxPool2dOp, g: ir.Value) -> list[Thunk | None]:
    return [lambda: max_pool2d_grad(op, g)]


@vjp("pock.avg_pool2d")
def avg_pool2d(op: AvgPool2dOp, g: ir.Value) -> list[Thunk | None]:
    return [lambda: avg_pool2d_grad(op, g)]
