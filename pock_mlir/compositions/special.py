"""Functions with a value or a derivative by convention: where the formula has none, PyTorch defines one.

Derivatives are those of its `derivatives.yaml`.
"""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.state import zero_gradient
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

Predicate = arith.CmpFPredicate


def is_zero(x: ir.Value) -> ir.Value:
    return compare(Predicate.OEQ, x, constant(0.0, x.type))


def both(a: ir.Value, b: ir.Value) -> ir.Value:
    return arith.AndIOp(a, b).result


def sinc(x: ir.Value) -> ir.Value:
    """sin(pi x) / (pi x), 1 at 0; the derivative (pi x cos(pi x) - sin(pi x)) / (pi x^2), 0 at 0."""
    zero, one = constant(0.0, x.type), constant(1.0, x.type)
    angle = scale(x, pymath.pi)
    sine, cosine = math.SinOp(angle).result, math.CosOp(angle).result
    value = select(is_zero(x), one, div(sine, angle))
    square = scale(mul(x, x), pymath.pi)
    slope = select(is_zero(square), zero, div(sub(mul(angle, cosine), sine), square))
    return with_slopes(value, [(x, slope)])


def xlogy(x: ir.Value, y: ir.Value) -> ir.Value:
    """x log y, 0 where x is."""
    return _zero_times(x, y, math.LogOp(y).result, div(x, y), 0.0)


def xlog1py(x: ir.Value, y: ir.Value) -> ir.Value:
    """x log(1 + y), 0 where x is."""
    return _zero_times(x, y, math.Log1pOp(y).result, div(x, shift(y, 1.0)), -1.0)


def _zero_times(x: ir.Value, y: ir.Value, logarithm: ir.Value, slope: ir.Value, pole: float) -> ir.Value:
    """x times a logarithm of y that has a pole, 0 where x is unless y is NaN; `slope` is the derivative by y."""
    zero = constant(0.0, x.type)
    value = select(both(is_zero(x), compare(Predicate.ORD, y, y)), zero, mul(x, logarithm))
    beyond = both(is_zero(x), compare(Predicate.OLE, y, constant(pole, y.type)))
    return with_slopes(value, [(x, select(beyond, zero, logarithm)), (y, slope)])


def entropy(x: ir.Value) -> ir.Value:
    """-x log x, 0 at 0 and -inf below."""
    zero = constant(0.0, x.type)
    logarithm = math.LogOp(x).result
    value = select(is_zero(x), zero, neg(mul(x, logarithm)))
    value = select(greater(zero, x), constant(-pymath.inf, x.type), value)
    return with_slopes(value, [(x, neg(shift(logarithm, 1.0)))])


def logit(x: ir.Value, eps: float | None = None) -> ir.Value:
    """log(p / (1 - p)), p = x kept between eps and 1 - eps, beyond which the derivative is 0."""
    one = constant(1.0, x.type)
    slope = reciprocal(mul(x, sub(one, x)))
    p = x
    if eps is not None:
        low, high = constant(eps, x.type), constant(1.0 - eps, x.type)
        p = select(greater(low, p), low, select(greater(p, high), high, p))
        inside = both(compare(Predicate.UGE, x, low), compare(Predicate.ULE, x, high))
        slope = select(inside, slope, constant(0.0, x.type))
    else:
        inside = both(compare(Predicate.OGE, x, constant(0.0, x.type)), compare(Predicate.OLE, x, one))
        slope = select(inside, slope, constant(pymath.nan, x.type))
    return with_slopes(math.LogOp(div(p, sub(one, p))).result, [(x, slope)])


def fmax(a: ir.Value, b: ir.Value) -> ir.Value:
    """The larger operand, or that which is a number; at a tie the first gets all of the gradient."""
    return select(arith.OrIOp(compare(Predicate.OGE, a, b), compare(Predicate.UNO, b, b)).result, a, b)


def fmin(a: ir.Value, b: ir.Value) -> ir.Value:
    """The smaller operand, or that which is a number; at a tie the first gets all of the gradient."""
    return select(arith.OrIOp(compare(Predicate.OLE, a, b), compare(Predicate.UNO, b, b)).result, a, b)


def is_infinite(x: ir.Value) -> ir.Value:
    return compare(Predicate.OEQ, math.AbsFOp(x).result, constant(pymath.inf, x.type))


def copysign(x: ir.Value, sign: ir.Value) -> ir.Value:
    """|x| with another's sign, which gets a gradient of zeros; so does x at 0."""
    value, one = math.CopySignOp(x, sign).result, constant(1.0, x.type)
    turned = mul(math.CopySignOp(one, x).result, math.CopySignOp(one, sign).result)
    zero = constant(0.0, x.type)
    return with_slopes(value, [(x, select(is_zero(x), zero, turned)), (zero_gradient(sign), zero)])


def hypot(a: ir.Value, b: ir.Value) -> ir.Value:
    """sqrt(a^2 + b^2), without overflow; its derivatives are the operands over it."""
    one, zero = constant(1.0, a.type), constant(0.0, a.type)
    sides = math.AbsFOp(a).result, math.AbsFOp(b).result
    long, short = arith.MaximumFOp(*sides).result, arith.MinimumFOp(*sides).result
    ratio = select(is_zero(long), zero, div(short, long))
    value = mul(long, sqrt(add(one, mul(ratio, ratio))))
    infinity = constant(pymath.inf, a.type)
    value = select(compare(Predicate.OEQ, long, infinity), infinity, value)
    return with_slopes(value, [(a, div(a, value)), (b, div(b, value))])
