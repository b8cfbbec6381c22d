"""Gradients that the program computes itself."""

from __future__ import annotations

import torch
from support.gradients import Case
from torch_mlir import ir

from pock_mlir.dialects.custom_vjp import cotangent, custom_vjp
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import mul, sub

from .arrays import normal


class _Swapped(torch.autograd.Function):
    """A product whose gradients are not its derivatives: each factor gets that of the other."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, *gradients):
        x, y = ctx.saved_tensors
        return gradients[0] * x, gradients[0] * y - gradients[0]


def _swapped(x: ir.Value, y: ir.Value) -> ir.Value:
    """Two inputs are a chain of two ops on one cotangent."""
    value = stop_gradient(mul(x, y))
    arriving = cotangent(value, 0)
    first = custom_vjp(value, arriving, x, mul(arriving, x))
    return custom_vjp(first, arriving, y, sub(mul(arriving, y), arriving))


CASES = [Case("pock.custom_vjp", "of-two", [normal(2, 3), normal(2, 3)], _swapped, _Swapped.apply)]
