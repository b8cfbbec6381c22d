"""A value with a derivative of its own."""

from __future__ import annotations

import torch
from support.gradients import Case

from pock_mlir.dialects.upstream import mul
from pock_mlir.dialects.with_slope import with_slope, with_slopes

from .arrays import normal


class _WithSlope(torch.autograd.Function):
    @staticmethod
    def forward(ctx, value, x, slope):
        ctx.save_for_backward(slope)
        return value.clone()

    @staticmethod
    def backward(ctx, *gradients):
        (slope,) = ctx.saved_tensors
        return gradients[0], gradients[0] * slope, None


CASES = [
    Case(
        "pock.with_slope",
        "of-three",
        [normal(2, 3), normal(2, 3)],
        lambda value, x, slope: with_slope(mul(value, value), x, slope),
        lambda value, x, slope: _WithSlope.apply(value * value, x, slope),
        [normal(2, 3)],
    ),
    Case(
        "pock.with_slope",
        "alone",
        [normal(2, 3), normal(3)],
        lambda x, y: with_slopes(mul(x, x), [(x, x)]),
        lambda x, y: _WithSlope.apply((x * x).detach(), x, x.detach()),
    ),
]
