"""Gradient rules of convolution and of its input gradient (a transposed convolution in a forward pass)."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.conv2d import Conv2dInputGradOp, Conv2dOp, Window, conv2d, conv2d_input_grad, conv2d_weight_grad

from .rules import Thunk, vjp


@vjp("pock.conv2d")
def conv2d_(op: Conv2dOp, g: ir.Value) -> list[Thunk | None]:
    window, groups = Window.of(op), op.groups.value
    return [
        lambda: conv2d_input_grad(g, op.weight, shape_of(op.image), window, groups),
        lambda: conv2d_weight_grad(g, op.image, shape_of(op.weight), window, groups),
    ]


@vjp("pock.conv2d_input_grad")
def conv2d_input_grad_(op: Conv2dInputGradOp, g: ir.Value) -> list[Thunk | None]:
    window, groups = Window.of(op), op.groups.value
    return [
        lambda: conv2d(g, op.weight, window, groups),
        lambda: conv2d_weight_grad(op.cotangent, g, shape_of(op.weight), window, groups),
    ]
