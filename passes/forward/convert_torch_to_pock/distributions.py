"""Random numbers of other distributions than the uniform one."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions import distributions
from pock_mlir.dialects.state import zero_gradient
from pock_mlir.dialects.upstream import add, constant, exp, greater, mul, scale, select, shift

from .conversion import Conversion
from .random import draw, standard_normal, uniform
from .rules import torch_op

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
    return scale(distributions.standard_exponential(draw(c), c.type), 1.0 / rate)


@torch_op("torch.aten.cauchy")
def cauchy(c: Conversion, x: ir.Value, median: float = 0.0, sigma: float = 1.0, generator=None) -> ir.Value:
    return distributions.cauchy(draw(c), c.type, median, sigma)


@torch_op("torch.aten.geometric")
def geometric(c: Conversion, x: ir.Value, probability: float, generator=None) -> ir.Value:
    return distributions.geometric(draw(c), c.type, probability)


@torch_op("torch.aten.randint", "torch.aten.randint_like")
def integers_below(c: Conversion, *arguments: object) -> ir.Value:
    """randint(high, size), randint_like(x, high)."""
    high = next(v for v in arguments if isinstance(v, int))
    return c.cast(distributions.integers(draw(c), c.shape, 0, high), c.element)


@torch_op("torch.aten.randint.low", "torch.aten.randint_like.low_dtype")
def integers_between(c: Conversion, *arguments: object) -> ir.Value:
    """randint(low, high, size), randint_like(x, low, high)."""
    low, high = [v for v in arguments if isinstance(v, int)][:2]
    return c.cast(distributions.integers(draw(c), c.shape, low, high), c.element)


@torch_op("torch.aten.randperm")
def permutation(c: Conversion, count: int, *options: object) -> ir.Value:
    return c.cast(distributions.permutation(draw(c), count), c.element)


@torch_op("torch.aten.multinomial")
def multinomial(c: Conversion, weights: ir.Value, count: int, replacement: bool = False, generator=None) -> ir.Value:
    return distributions.multinomial(draw(c), weights, count, replacement=replacement)


@torch_op("torch.aten.rrelu_with_noise_functional")
def randomized_relu(
    c: Conversion, x: ir.Value, noise: ir.Value, low: float = 1 / 8, high: float = 1 / 3, train=False, generator=None
) -> list[ir.Value | None]:
    """A slope below zero that is drawn for each element, or in evaluation mode the mean of them (arXiv:1505.00853)."""
    slope = shift(scale(uniform(c), high - low), low) if train else constant((low + high) / 2, x.type)
    return [select(greater(x, constant(0.0, x.type)), x, mul(x, slope)), None]
