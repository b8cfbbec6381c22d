"""Inverse trigonometric and hyperbolic functions, by arctangents and logarithms that are exact near 0, too."""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.upstream import (
    add,
    compare,
    constant,
    div,
    greater,
    mul,
    neg,
    reciprocal,
    scale,
    select,
    shift,
    sqrt,
    sub,
)
from pock_mlir.dialects.with_slope import with_slopes


def _absolute(x: ir.Value) -> ir.Value:
    return math.AbsFOp(x).result


def _with_sign_of(magnitude: ir.Value, x: ir.Value) -> ir.Value:
    return math.CopySignOp(magnitude, x).result


def _less_square(x: ir.Value) -> ir.Value:
    """1 - x^2."""
    return shift(neg(mul(x, x)), 1.0)


def arctangent(x: ir.Value) -> ir.Value:
    return with_slopes(math.AtanOp(x).result, [(x, reciprocal(shift(mul(x, x), 1.0)))])


def arcsine(x: ir.Value) -> ir.Value:
    """atan(x / sqrt((1 - x) (1 + x)))."""
    one = constant(1.0, x.type)
    value = math.AtanOp(div(x, sqrt(mul(sub(one, x), add(one, x))))).result
    return with_slopes(value, [(x, math.RsqrtOp(_less_square(x)).result)])


def arccosine(x: ir.Value) -> ir.Value:
    """2 atan(sqrt((1 - x) / (1 + x)))."""
    one = constant(1.0, x.type)
    value = scale(math.AtanOp(sqrt(div(sub(one, x), add(one, x)))).result, 2.0)
    return with_slopes(value, [(x, neg(math.RsqrtOp(_less_square(x)).result))])


def arctangent_of_quotient(y: ir.Value, x: ir.Value) -> ir.Value:
    """The angle of the point (x, y): that of the shorter over the longer side, then mirrored into its octant."""
    zero, one = constant(0.0, x.type), constant(1.0, x.type)
    height, width = _absolute(y), _absolute(x)
    longer, shorter = arith.MaximumFOp(height, width).result, arith.MinimumFOp(height, width).result
    ratio = select(_equal(longer, zero), zero, select(_equal(longer, shorter), one, div(shorter, longer)))
    angle = math.AtanOp(ratio).result
    angle = select(greater(height, width), sub(constant(pymath.pi / 2, x.type), angle), angle)
    behind = greater(zero, _with_sign_of(one, x))
    angle = select(behind, sub(constant(pymath.pi, x.type), angle), angle)
    square = add(mul(x, x), mul(y, y))
    inverse = select(_equal(square, zero), zero, reciprocal(square))
    return with_slopes(_with_sign_of(angle, y), [(y, mul(x, inverse)), (x, neg(mul(y, inverse)))])


def _equal(a: ir.Value, b: ir.Value) -> ir.Value:
    return compare(arith.CmpFPredicate.OEQ, a, b)


def area_sine(x: ir.Value) -> ir.Value:
    """log1p(|x| + x^2 / (1 + sqrt(x^2 + 1))), with the sign of x; from 1e9 on log(2 |x|)."""
    size, one = _absolute(x), constant(1.0, x.type)
    square = mul(x, x)
    near = math.Log1pOp(add(size, div(square, add(one, sqrt(add(square, one)))))).result
    far = shift(math.LogOp(size).result, pymath.log(2))
    value = select(greater(size, constant(1e9, x.type)), far, near)
    return with_slopes(_with_sign_of(value, x), [(x, math.RsqrtOp(add(square, one)).result)])


def area_cosine(x: ir.Value) -> ir.Value:
    """log(x + sqrt(x^2 - 1)) as log1p(t + sqrt(t) sqrt(t + 2)), t = x - 1."""
    t = shift(x, -1.0)
    value = math.Log1pOp(add(t, mul(sqrt(t), sqrt(shift(t, 2.0))))).result
    # With 0 added, for at -1 it is -0.
    return with_slopes(value, [(x, math.RsqrtOp(shift(mul(t, shift(x, 1.0)), 0.0)).result)])


def area_tangent(x: ir.Value) -> ir.Value:
    """log((1 + x) / (1 - x)) / 2 as log1p(2 |x| / (1 - |x|)) / 2, with the sign of x."""
    size = _absolute(x)
    value = scale(math.Log1pOp(div(scale(size, 2.0), sub(constant(1.0, x.type), size))).result, 0.5)
    return with_slopes(_with_sign_of(value, x), [(x, reciprocal(_less_square(x)))])
