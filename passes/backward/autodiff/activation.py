"""Gradient rules of the activation functions."""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects import activation
from pock_mlir.dialects.upstream import add, compare, constant, greater, mul, neg, scale, select, shift, sub

from .rules import Thunk, vjp

Thunks = list[Thunk | None]


@vjp("pock.relu")
def relu(op: activation.ReluOp, g: ir.Value) -> Thunks:
    """By the result, so that the input need not be saved. NaN passes the gradient on only where there is no limit."""

    def cotangent() -> ir.Value:
        zero = constant(0.0, g.type)
        if op.upper is None:
            return select(compare(arith.CmpFPredicate.UGT, op.result, zero), g, zero)
        above, below = greater(op.result, zero), greater(constant(op.upper, g.type), op.result)
        return select(arith.AndIOp(above, below).result, g, zero)

    return [cotangent]


@vjp("pock.sigmoid")
def sigmoid(op: activation.SigmoidOp, g: ir.Value) -> Thunks:
    return [lambda: mul(g, mul(op.result, sub(constant(1.0, g.type), op.result)))]


@vjp("pock.silu")
def silu(op: activation.SiluOp, g: ir.Value) -> Thunks:
    """s + x s (1 - s), s = sigmoid(x)."""

    def cotangent() -> ir.Value:
        s = activation.sigmoid(op.x)
        one = constant(1.0, g.type)
        return mul(g, mul(s, add(one, mul(op.x, sub(one, s)))))

    return [cotangent]


@vjp("pock.gelu")
def gelu(op: activation.GeluOp, g: ir.Value) -> Thunks:
    derivative = _gelu_tanh_derivative if op.approximate.value == "tanh" else _gelu_erf_derivative
    return [lambda: mul(g, derivative(op.x))]


def _gelu_erf_derivative(x: ir.Value) -> ir.Value:
    """Phi(x) + x phi(x), Phi and phi the standard normal distribution and density."""
    distribution = scale(shift(math.ErfOp(scale(x, pymath.sqrt(0.5))).result, 1.0), 0.5)
    density = scale(math.ExpOp(scale(mul(x, x), -0.5)).result, 1 / pymath.sqrt(2 * pymath.pi))
    return add(distribution, mul(x, density))


def _gelu_tanh_derivative(x: ir.Value) -> ir.Value:
    """(1 + t) / 2 + x / 2 (1 - t^2) u', t = tanh(u), u = sqrt(2/pi) (x + 0.044715 x^3)."""
    root = pymath.sqrt(2 / pymath.pi)
    square = mul(x, x)
    t = math.TanhOp(scale(add(x, scale(mul(x, square), 0.044715)), root)).result
    slope = scale(shift(scale(square, 3 * 0.044715), 1.0), root)
    right = mul(mul(scale(x, 0.5), shift(neg(mul(t, t)), 1.0)), slope)
    return add(scale(shift(t, 1.0), 0.5), right)
