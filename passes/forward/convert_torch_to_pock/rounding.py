"""Rounding, and division with a rounded quotient."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import math

from pock_mlir.compositions import rounding
from pock_mlir.compositions.unsupported import Unsupported
from pock_mlir.dialects.state import zero_gradient
from pock_mlir.dialects.upstream import div

from .conversion import Conversion
from .rules import torch_op

Operand = ir.Value | float | int | bool


def _register(name: str, build: type) -> None:
    @torch_op(f"torch.aten.{name}")
    def rounded(c: Conversion, x: ir.Value) -> ir.Value:
        return build(zero_gradient(x)).result if isinstance(c.element, ir.FloatType) else x


for _name, _build in {
    "floor": math.FloorOp,
    "ceil": math.CeilOp,
    "round": math.RoundEvenOp,
    "trunc": math.TruncOp,
}.items():
    _register(_name, _build)


@torch_op("torch.aten.sign", "torch.aten.sgn")
def sign(c: Conversion, x: ir.Value) -> ir.Value:
    return rounding.sign(x)


@torch_op("torch.aten.div.Tensor_mode")
def rounded_quotient(c: Conversion, a: Operand, b: Operand, mode: str | None) -> ir.Value:
    a, b = c.tensor(a), c.tensor(b)
    if mode is None:
        return div(a, b)
    if mode not in rounding.QUOTIENTS:
        raise Unsupported(f"rounding mode '{mode}'")
    return rounding.quotient(a, b, mode)


@torch_op("torch.aten.floor_divide", "torch.aten.floor_divide.Scalar")
def floor_divide(c: Conversion, a: Operand, b: Operand) -> ir.Value:
    return rounding.quotient(c.tensor(a), c.tensor(b), "floor")


@torch_op("torch.aten.remainder.Tensor", "torch.aten.remainder.Scalar", "torch.aten.remainder.Scalar_Tensor")
def remainder(c: Conversion, a: Operand, b: Operand) -> ir.Value:
    return rounding.remainder(c.tensor(a), c.tensor(b), "floor")


@torch_op("torch.aten.fmod.Tensor", "torch.aten.fmod.Scalar")
def fmod(c: Conversion, a: Operand, b: Operand) -> ir.Value:
    return rounding.remainder(c.tensor(a), c.tensor(b), "trunc")
