"""Random numbers of other distributions than the uniform one, made of uniform numbers.

No gradient but zeros flows through them.

Each draw is from a stream of its own: what the op's parameters get of the numbers is the same on every target.
"""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.state import stop_gradient, zero_gradient
from pock_mlir.dialects.upstream import (
    add,
    constant,
    div,
    exp,
    extract_slice,
    greater,
    mul,
    neg,
    reshape,
    scale,
    select,
    shift,
)

from .conversion import Conversion, Unsupported
from .random import standard_normal, uniform
from .rules import torch_op
from .scan import running_sum
from .sort import topk

# Uniform numbers are multiples of it.
STEP = 2.0**-24
Parameter = ir.Value | float


@torch_op("torch.aten.uniform")
def uniform_between(c: Conversion, x: ir.Value, low: float = 0.0, high: float = 1.0, generator=None) -> ir.Value:
    return shift(scale(uniform(c), high - low), low)


@torch_op("torch.aten.normal_functional")
def normal_in_place(c: Conversion, x: ir.Value, mean: float = 0.0, std: float = 1.0, generator=None) -> ir.Value:
    return shift(scale(standard_normal(c), std), mean)


@torch_op(
    "torch.aten.normal.float_float",
    "torch.aten.normal.Tensor_float",
    "torch.aten.normal.float_Tensor",
    "torch.aten.normal.Tensor_Tensor",
)
def normal(c: Conversion, mean: Parameter = 0.0, std: Parameter = 1.0, *options: object) -> ir.Value:
    """Mean and deviation get gradients of zeros, as in the framework; mean + std * randn_like(mean) has others."""
    mean, std = (zero_gradient(c.tensor(v)) if isinstance(v, ir.Value) else c.tensor(v) for v in (mean, std))
    return add(mul(standard_normal(c), std), mean)


@torch_op("torch.aten.log_normal")
def log_normal(c: Conversion, x: ir.Value, mean: float = 1.0, std: float = 2.0, generator=None) -> ir.Value:
    return exp(normal_in_place(c, x, mean, std))


@torch_op("torch.aten.exponential")
def exponential(c: Conversion, x: ir.Value, rate: float = 1.0, generator=None) -> ir.Value:
    return scale(_standard_exponential(c, c.type), 1.0 / rate)


def _standard_exponential(c: Conversion, type: ir.RankedTensorType) -> ir.Value:
    """-log(1 - u), never 0 (as in the framework): its logarithm, of which Gumbel noise is made, is finite."""
    number = uniform(c, type)
    positive = neg(math.LogOp(shift(neg(number), 1.0)).result)
    return arith.MaximumFOp(positive, constant(STEP, type)).result


@torch_op("torch.aten.cauchy")
def cauchy(c: Conversion, x: ir.Value, median: float = 0.0, sigma: float = 1.0, generator=None) -> ir.Value:
    """median + sigma tan(pi (u - 1/2))."""
    angle = scale(shift(uniform(c), -0.5), pymath.pi)
    return shift(scale(div(math.SinOp(angle).result, math.CosOp(angle).result), sigma), median)


@torch_op("torch.aten.geometric")
def geometric(c: Conversion, x: ir.Value, probability: float, generator=None) -> ir.Value:
    """The number of trials up to the first success: at least 1."""
    trials = math.CeilOp(scale(_standard_exponential(c, c.type), -1.0 / pymath.log1p(-probability))).result
    return arith.MaximumFOp(trials, constant(1.0, c.type)).result


@torch_op("torch.aten.randint", "torch.aten.randint_like")
def integers_below(c: Conversion, *arguments: object) -> ir.Value:
    """randint(high, size), randint_like(x, high)."""
    high = next(v for v in arguments if isinstance(v, int))
    return _integers(c, 0, high)


@torch_op("torch.aten.randint.low", "torch.aten.randint_like.low_dtype")
def integers_between(c: Conversion, *arguments: object) -> ir.Value:
    """randint(low, high, size), randint_like(x, low, high)."""
    low, high = [v for v in arguments if isinstance(v, int)][:2]
    return _integers(c, low, high)


def _integers(c: Conversion, low: int, high: int) -> ir.Value:
    """Integers in [low, high): low + floor(u (high - low)), computed in integers."""
    if (high - low) * STEP > 1.0:
        raise Unsupported(f"random integers from {high - low} possible ones; at most {round(1 / STEP)} can be drawn")
    drawn = c.cast(scale(uniform(c, _singles(c.shape)), 1.0 / STEP), ir.IntegerType.get_signless(64))
    product = arith.MulIOp(drawn, constant(high - low, drawn.type)).result
    below = arith.ShRUIOp(product, constant(round(-pymath.log2(STEP)), drawn.type)).result
    return c.cast(arith.AddIOp(below, constant(low, drawn.type)).result, c.element)


@torch_op("torch.aten.randperm")
def permutation(c: Conversion, count: int, *options: object) -> ir.Value:
    """The order of as many uniform numbers."""
    return c.cast(topk(c, uniform(c, _singles([count])), count, largest=False)[1], c.element)


@torch_op("torch.aten.multinomial")
def multinomial(c: Conversion, weights: ir.Value, count: int, replacement: bool = False, generator=None) -> ir.Value:
    """Indices of the last dimension, each as probable as its share of the weights.

    Without replacement, or where it is but one, those of the largest weight / exponential number; else that at which
    the running sum of the weights passes u times their sum.
    """
    weights = stop_gradient(weights)
    if not replacement or count == 1:
        return topk(c, div(weights, _standard_exponential(c, ir.RankedTensorType(weights.type))), count)[1]
    *batch, length = shape_of(weights)
    sums = running_sum(weights, len(batch))
    total = extract_slice(sums, [0] * len(batch) + [length - 1], [*batch, 1], [1] * (len(batch) + 1))
    number = uniform(c, ir.RankedTensorType.get(c.shape, weights.type.element_type))
    point = mul(number, broadcast(total, c.shape))
    every = [*batch, count, length]
    passed = arith.CmpFOp(
        arith.CmpFPredicate.OLE,
        broadcast(reshape(sums, [*batch, 1, length]), every),
        broadcast(reshape(point, [*batch, count, 1]), every),
    ).result
    index = reduce(c.cast(passed, c.element), [len(every) - 1])
    return arith.MinSIOp(index, constant(length - 1, index.type)).result


@torch_op("torch.aten.rrelu_with_noise_functional")
def randomized_relu(
    c: Conversion, x: ir.Value, noise: ir.Value, low: float = 1 / 8, high: float = 1 / 3, train=False, generator=None
) -> list[ir.Value | None]:
    """A slope below zero that is drawn for each element, or in evaluation mode the mean of them (arXiv:1505.00853)."""
    slope = shift(scale(uniform(c), high - low), low) if train else constant((low + high) / 2, x.type)
    return [select(greater(x, constant(0.0, x.type)), x, mul(x, slope)), None]


def _singles(shape: list[int]) -> ir.RankedTensorType:
    """Tensors of f32, in which uniform numbers are exact."""
    return ir.RankedTensorType.get(shape, ir.F32Type.get())
