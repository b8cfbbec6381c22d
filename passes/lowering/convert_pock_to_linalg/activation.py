"""Lowering of the activation functions, elementwise on tensors."""

from __future__ import annotations

import math

from torch_mlir import ir
from torch_mlir.dialects import arith
from torch_mlir.dialects import math as math_dialect

from pock_mlir.dialects.activation import GeluOp, ReluOp, SigmoidOp, SiluOp
from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.structured import elementwise
from pock_mlir.dialects.upstream import add, constant, div, exp, mul, neg, scale, shift
from pock_mlir.passes.lowering.lowerings import lowering


@lowering("pock.relu")
def relu(op: ReluOp) -> ir.Value:
    positive = arith.MaximumFOp(op.x, constant(0.0, op.x.type)).result
    return positive if op.upper is None else arith.MinimumFOp(positive, constant(op.upper, op.x.type)).result


@lowering("pock.sigmoid")
def sigmoid(op: SigmoidOp) -> ir.Value:
    return logistic(op.x)


@lowering("pock.silu")
def silu(op: SiluOp) -> ir.Value:
    one = constant(1.0, op.x.type)
    return div(op.x, add(one, exp(neg(op.x))))


@lowering("pock.gelu")
def gelu(op: GeluOp) -> ir.Value:
    """As one loop: on tensors its erf or tanh would be merged with the gradient's and saved for backward."""
    form = _gelu_tanh if op.approximate.value == "tanh" else _gelu_erf
    return elementwise(shape_of(op.x), ranked(op.x).element_type, [op.x], form)


def _gelu_erf(x: ir.Value) -> ir.Value:
    return mul(scale(x, 0.5), shift(math_dialect.ErfOp(scale(x, math.sqrt(0.5))).result, 1.0))


def _gelu_tanh(x: ir.Value) -> ir.Value:
    inner = scale(add(x, scale(mul(x, mul(x, x)), 0.044715)), math.sqrt(2 / math.pi))
    return mul(scale(x, 0.5), shift(math_dialect.TanhOp(inner).result, 1.0))


def logistic(x: ir.Value) -> ir.Value:
    """1 / (1 + exp(-x)): exp overflows to inf where the result is 0, so no branch is needed."""
    one = constant(1.0, x.type)
    return div(one, add(one, exp(neg(x))))
