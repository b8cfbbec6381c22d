"""Rounding, and division with a rounded quotient. Its gradient is zero, which is not none."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import ranked
from pock_mlir.dialects.state import zero_gradient
from pock_mlir.dialects.upstream import compare, constant, div, greater, mul, select, sub

from .conversion import Conversion, Unsupported
from .rules import torch_op

Operand = ir.Value | float | int | bool


def _is_float(element: ir.Type) -> bool:
    return isinstance(element, ir.FloatType)


def _register(name: str, build: type) -> None:
    @torch_op(f"torch.aten.{name}")
    def rounded(c: Conversion, x: ir.Value) -> ir.Value:
        return build(zero_gradient(x)).result if _is_float(c.element) else x


for _name, _build in {
    "floor": math.FloorOp,
    "ceil": math.CeilOp,
    "round": math.RoundEvenOp,
    "trunc": math.TruncOp,
}.items():
    _register(_name, _build)


@torch_op("torch.aten.sign", "torch.aten.sgn")
def sign(c: Conversion, x: ir.Value) -> ir.Value:
    zero, one, minus = (constant(v, x.type) for v in (0, 1, -1))
    if _is_float(c.element):
        # At 0 the sign is x itself, of which it then is a function.
        at_zero = select(compare(arith.CmpFPredicate.OEQ, x, zero), zero_gradient(x), zero)
        return select(greater(x, zero), one, select(greater(zero, x), minus, at_zero))
    above, below = (arith.CmpIOp(p, x, zero).result for p in (arith.CmpIPredicate.sgt, arith.CmpIPredicate.slt))
    return select(above, one, select(below, minus, zero))


@torch_op("torch.aten.div.Tensor_mode")
def rounded_quotient(c: Conversion, a: Operand, b: Operand, mode: str | None) -> ir.Value:
    a, b = c.tensor(a), c.tensor(b)
    if mode is None:
        return div(a, b)
    if mode not in _QUOTIENTS:
        raise Unsupported(f"rounding mode '{mode}'")
    return _quotient(a, b, mode)


@torch_op("torch.aten.floor_divide", "torch.aten.floor_divide.Scalar")
def floor_divide(c: Conversion, a: Operand, b: Operand) -> ir.Value:
    return _quotient(c.tensor(a), c.tensor(b), "floor")


@torch_op("torch.aten.remainder.Tensor", "torch.aten.remainder.Scalar", "torch.aten.remainder.Scalar_Tensor")
def remainder(c: Conversion, a: Operand, b: Operand) -> ir.Value:
    """a - b floor(a / b): of the sign of b."""
    return _rest(c, a, b, "floor")


@torch_op("torch.aten.fmod.Tensor", "torch.aten.fmod.Scalar")
def fmod(c: Conversion, a: Operand, b: Operand) -> ir.Value:
    """a - b trunc(a / b): of the sign of a."""
    return _rest(c, a, b, "trunc")


_QUOTIENTS = {"floor": (math.FloorOp, arith.FloorDivSIOp), "trunc": (math.TruncOp, arith.DivSIOp)}


def _quotient(a: ir.Value, b: ir.Value, mode: str) -> ir.Value:
    round_, divide = _QUOTIENTS[mode]
    if _is_float(ranked(a).element_type):
        return round_(div(zero_gradient(a), zero_gradient(b))).result
    return divide(a, b).result


def _rest(c: Conversion, a: Operand, b: Operand, mode: str) -> ir.Value:
    a, b = c.tensor(a), c.tensor(b)
    quotient = _quotient(a, b, mode)
    if _is_float(c.element):
        return sub(a, mul(quotient, b))
    return arith.SubIOp(a, arith.MulIOp(quotient, b).result).result
