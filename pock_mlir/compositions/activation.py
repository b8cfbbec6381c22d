"""Activation functions that are composed of several ops: in 16 bits all of them are in float32."""

from __future__ import annotations

import functools
from collections.abc import Callable

from torch_mlir import ir
from torch_mlir.dialects import math

from pock_mlir.dialects.base import ranked
from pock_mlir.dialects.upstream import constant, exp, greater, mul, scale, select, shift

from .cast import cast
from .clamp import hardtanh


def _rounded_once(compose: Callable[..., ir.Value]) -> Callable[..., ir.Value]:
    @functools.wraps(compose)
    def of_singles(x: ir.Value, *options: float) -> ir.Value:
        element = ranked(x).element_type
        if not isinstance(element, (ir.F16Type, ir.BF16Type)):
            return compose(x, *options)
        return cast(compose(cast(x, ir.F32Type.get()), *options), element)

    return of_singles


@_rounded_once
def leaky_relu(x: ir.Value, slope: float = 0.01) -> ir.Value:
    positive = greater(x, constant(0.0, x.type))
    return select(positive, x, scale(x, slope))


@_rounded_once
def elu(x: ir.Value, alpha: float = 1.0, factor: float = 1.0, input_factor: float = 1.0) -> ir.Value:
    """factor x where x is positive, else factor alpha (exp(input_factor x) - 1)."""
    positive = greater(x, constant(0.0, x.type))
    # The branch not taken must stay finite, or its gradient 0 * inf would be NaN.
    below = select(positive, constant(0.0, x.type), x)
    negative = scale(math.ExpM1Op(scale(below, input_factor)).result, alpha * factor)
    return select(positive, scale(x, factor), negative)


@_rounded_once
def softplus(x: ir.Value, beta: float = 1.0, threshold: float = 20.0) -> ir.Value:
    """log(1 + exp(beta x)) / beta; x where beta x is beyond the threshold."""
    scaled = scale(x, beta)
    large = greater(scaled, constant(threshold, x.type))
    safe = select(large, constant(0.0, x.type), scaled)
    return select(large, x, scale(math.Log1pOp(exp(safe)).result, 1.0 / beta))


@_rounded_once
def hardsigmoid(x: ir.Value) -> ir.Value:
    return scale(hardtanh(shift(x, 3.0), 0.0, 6.0), 1.0 / 6.0)


@_rounded_once
def hardswish(x: ir.Value) -> ir.Value:
    return mul(x, hardsigmoid(x))
