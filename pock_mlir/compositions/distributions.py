"""Random numbers of other distributions than the uniform one, made of uniform numbers.

`draw` gives uniform numbers in [0, 1) of a type, multiples of STEP, at each call from a stream of its own: what its
parameters get of the numbers is the same on every target. No gradient but zeros flows through them.
"""

from __future__ import annotations

import math as pymath
from collections.abc import Callable, Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import constant, div, extract_slice, mul, neg, reshape, scale, shift, sqrt

from .cast import cast
from .scan import running_sum
from .sort import sort
from .unsupported import Unsupported

STEP = 2.0**-24
Draw = Callable[[ir.RankedTensorType], ir.Value]


def standard_normal(draw: Draw, type: ir.RankedTensorType) -> ir.Value:
    """sqrt(-2 log(1 - u)) cos(2 pi v) of uniform u and v (Box and Muller 1958); 1 - u is never 0."""
    radius = sqrt(scale(math.LogOp(shift(scale(draw(type), -1.0), 1.0)).result, -2.0))
    return mul(radius, math.CosOp(scale(draw(type), 2.0 * pymath.pi)).result)


def standard_exponential(draw: Draw, type: ir.RankedTensorType) -> ir.Value:
    """-log(1 - u), never 0: its logarithm, of which Gumbel noise is made, is finite."""
    number = draw(type)
    positive = neg(math.LogOp(shift(neg(number), 1.0)).result)
    return arith.MaximumFOp(positive, constant(STEP, type)).result


def cauchy(draw: Draw, type: ir.RankedTensorType, median: float, sigma: float) -> ir.Value:
    """median + sigma tan(pi (u - 1/2))."""
    angle = scale(shift(draw(type), -0.5), pymath.pi)
    return shift(scale(div(math.SinOp(angle).result, math.CosOp(angle).result), sigma), median)


def geometric(draw: Draw, type: ir.RankedTensorType, probability: float) -> ir.Value:
    """The number of trials up to the first success: at least 1."""
    trials = math.CeilOp(scale(standard_exponential(draw, type), -1.0 / pymath.log1p(-probability))).result
    return arith.MaximumFOp(trials, constant(1.0, type)).result


def integers(draw: Draw, shape: Sequence[int], low: int, high: int) -> ir.Value:
    """i64 in [low, high): low + floor(u (high - low)), computed in integers."""
    if (high - low) * STEP > 1.0:
        raise Unsupported(f"random integers from {high - low} possible ones; at most {round(1 / STEP)} can be drawn")
    drawn = cast(scale(draw(_singles(shape)), 1.0 / STEP), ir.IntegerType.get_signless(64))
    product = arith.MulIOp(drawn, constant(high - low, drawn.type)).result
    below = arith.ShRUIOp(product, constant(round(-pymath.log2(STEP)), drawn.type)).result
    return arith.AddIOp(below, constant(low, drawn.type)).result


def permutation(draw: Draw, count: int) -> ir.Value:
    """i64 [count]: the order of as many uniform numbers."""
    return sort(draw(_singles([count])), -1, k=count)[1]


def multinomial(draw: Draw, weights: ir.Value, count: int, *, replacement: bool = False) -> ir.Value:
    """i64 [..., count]: indices of the last dimension, each as probable as its share of the weights.

    Without replacement, or where it is but one, those of the largest weight / exponential number; else that at which
    the running sum of the weights passes u times their sum.
    """
    weights = stop_gradient(weights)
    if not replacement or count == 1:
        number = standard_exponential(draw, ir.RankedTensorType(weights.type))
        return sort(div(weights, number), -1, descending=True, k=count)[1]
    *batch, length = shape_of(weights)
    sums = running_sum(weights, len(batch))
    total = extract_slice(sums, [0] * len(batch) + [length - 1], [*batch, 1], [1] * (len(batch) + 1))
    number = draw(ir.RankedTensorType.get([*batch, count], weights.type.element_type))
    point = mul(number, broadcast(total, [*batch, count]))
    every = [*batch, count, length]
    passed = arith.CmpFOp(
        arith.CmpFPredicate.OLE,
        broadcast(reshape(sums, [*batch, 1, length]), every),
        broadcast(reshape(point, [*batch, count, 1]), every),
    ).result
    index = reduce(cast(passed, ir.IntegerType.get_signless(64)), [len(every) - 1])
    return arith.MinSIOp(index, constant(length - 1, index.type)).result


def _singles(shape: Sequence[int]) -> ir.RankedTensorType:
    """Tensors of f32, in which uniform numbers are exact."""
    return ir.RankedTensorType.get(list(shape), ir.F32Type.get())
