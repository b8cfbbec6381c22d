"""Gradient rules of the upstream arithmetic that the dialect is used with."""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.upstream import (
    add,
    compare,
    constant,
    convert_float,
    div,
    greater,
    mul,
    neg,
    scale,
    select,
    sub,
    zeros,
)

from .rules import Thunk, vjp

Thunks = list[Thunk | None]


@vjp("arith.addf")
def addf(op: arith.AddFOp, g: ir.Value) -> Thunks:
    return [lambda: g, lambda: g]


@vjp("arith.subf")
def subf(op: arith.SubFOp, g: ir.Value) -> Thunks:
    return [lambda: g, lambda: neg(g)]


@vjp("arith.mulf")
def mulf(op: arith.MulFOp, g: ir.Value) -> Thunks:
    return [lambda: mul(g, op.rhs), lambda: mul(g, op.lhs)]


@vjp("arith.divf")
def divf(op: arith.DivFOp, g: ir.Value) -> Thunks:
    return [lambda: div(g, op.rhs), lambda: neg(div(mul(g, op.result), op.rhs))]


@vjp("arith.negf")
def negf(op: arith.NegFOp, g: ir.Value) -> Thunks:
    return [lambda: neg(g)]


@vjp("arith.maximumf", "arith.minimumf")
def extremum(op: arith.MaximumFOp | arith.MinimumFOp, g: ir.Value) -> Thunks:
    """At a tie each side gets half, and where one is NaN both get all, as in the framework."""
    loses = arith.CmpFPredicate.OLT if isinstance(op, arith.MaximumFOp) else arith.CmpFPredicate.OGT

    def towards(chosen: ir.Value, other: ir.Value) -> ir.Value:
        share = select(compare(arith.CmpFPredicate.OEQ, chosen, other), scale(g, 0.5), g)
        return select(compare(loses, chosen, other), constant(0.0, g.type), share)

    return [lambda: towards(op.lhs, op.rhs), lambda: towards(op.rhs, op.lhs)]


@vjp("arith.select")
def select_(op: arith.SelectOp, g: ir.Value) -> Thunks:
    zero = lambda: constant(0.0, g.type)  # noqa: E731
    return [None, lambda: select(op.condition, g, zero()), lambda: select(op.condition, zero(), g)]


@vjp("arith.extf", "arith.truncf")
def convert(op: arith.ExtFOp | arith.TruncFOp, g: ir.Value) -> Thunks:
    return [lambda: convert_float(g, op.operation.operands[0].type.element_type)]


@vjp("math.exp")
def exp(op: math.ExpOp, g: ir.Value) -> Thunks:
    return [lambda: mul(g, op.result)]


@vjp("math.expm1")
def expm1(op: math.ExpM1Op, g: ir.Value) -> Thunks:
    return [lambda: mul(g, add(op.result, constant(1.0, g.type)))]


@vjp("math.log")
def log(op: math.LogOp, g: ir.Value) -> Thunks:
    return [lambda: div(g, op.operand)]


@vjp("math.log1p")
def log1p(op: math.Log1pOp, g: ir.Value) -> Thunks:
    return [lambda: div(g, add(op.operand, constant(1.0, g.type)))]


@vjp("math.sqrt")
def sqrt(op: math.SqrtOp, g: ir.Value) -> Thunks:
    return [lambda: div(scale(g, 0.5), op.result)]


@vjp("math.rsqrt")
def rsqrt(op: math.RsqrtOp, g: ir.Value) -> Thunks:
    return [lambda: mul(scale(g, -0.5), mul(op.result, mul(op.result, op.result)))]


@vjp("math.tanh")
def tanh(op: math.TanhOp, g: ir.Value) -> Thunks:
    return [lambda: mul(g, sub(constant(1.0, g.type), mul(op.result, op.result)))]


@vjp("math.erf")
def erf(op: math.ErfOp, g: ir.Value) -> Thunks:
    return [lambda: mul(scale(g, 2 / pymath.sqrt(pymath.pi)), math.ExpOp(neg(mul(op.operand, op.operand))).result)]


@vjp("math.sin")
def sin(op: math.SinOp, g: ir.Value) -> Thunks:
    return [lambda: mul(g, math.CosOp(op.operand).result)]


@vjp("math.cos")
def cos(op: math.CosOp, g: ir.Value) -> Thunks:
    return [lambda: neg(mul(g, math.SinOp(op.operand).result))]


@vjp("math.absf")
def absf(op: math.AbsFOp, g: ir.Value) -> Thunks:
    """The gradient at 0 is 0."""

    def cotangent() -> ir.Value:
        zero = zeros(g.type.shape, g.type.element_type)
        return select(greater(op.operand, zero), g, select(greater(zero, op.operand), neg(g), zero))

    return [cotangent]


@vjp("math.powf")
def powf(op: math.PowFOp, g: ir.Value) -> Thunks:
    """x^y: y x^(y-1) and x^y log x, the latter 0 where x is 0 and y is not negative."""

    def base() -> ir.Value:
        one = constant(1.0, g.type)
        power = math.PowFOp(op.lhs, sub(op.rhs, one)).result
        zero = constant(0.0, g.type)
        # 0 * x^(0-1) is 0, also at x = 0.
        product = select(compare(arith.CmpFPredicate.OEQ, op.rhs, zero), zero, mul(op.rhs, power))
        return mul(g, product)

    def exponent() -> ir.Value:
        zero = constant(0.0, g.type)
        logarithm = mul(op.result, math.LogOp(op.lhs).result)
        at_zero = compare(arith.CmpFPredicate.OEQ, op.lhs, zero)
        flat = arith.AndIOp(at_zero, compare(arith.CmpFPredicate.OGE, op.rhs, zero)).result
        return mul(g, select(flat, zero, logarithm))

    return [base, exponent]
