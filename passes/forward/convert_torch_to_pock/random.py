"""Dropout and random numbers. Each op draws from a stream of its own; seed and step are states of the module."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions import distributions
from pock_mlir.compositions.distributions import Draw
from pock_mlir.compositions.unsupported import Unsupported
from pock_mlir.contract import RANDOM_STEP, SEED
from pock_mlir.dialects import random, state
from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.upstream import constant, greater, mul

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.dropout")
def dropout(c: Conversion, x: ir.Value, rate: float, train: bool) -> ir.Value:
    if not train or rate == 0.0:
        return x
    if rate == 1.0:
        return constant(0.0, x.type)
    return random.dropout(x, *_counters(), rate, c.next_stream())


@torch_op("torch.aten.native_dropout")
def native_dropout(c: Conversion, x: ir.Value, rate: float, train: bool | None) -> list[ir.Value | None]:
    """The mask is read by torch's gradient only, not by ours."""
    draws = train is not False and rate > 0.0
    return [dropout(c, x, rate, draws), None if draws else constant(True, c.types[1])]


@torch_op("torch.aten.feature_dropout")
def feature_dropout(c: Conversion, x: ir.Value, rate: float, train: bool) -> ir.Value:
    """Dropout of whole channels of x [N, C, d...]."""
    if not train or rate == 0.0:
        return x
    shape = shape_of(x)
    channels = ir.RankedTensorType.get([*shape[:2], *[1] * (len(shape) - 2)], c.element)
    return mul(x, broadcast(dropout(c, constant(1.0, channels), rate, True), shape))


@torch_op("torch.aten.rand", "torch.aten.rand_like")
def rand(c: Conversion, *arguments: object) -> ir.Value:
    return uniform(c)


@torch_op("torch.aten.randn", "torch.aten.randn_like")
def randn(c: Conversion, *arguments: object) -> ir.Value:
    return standard_normal(c)


@torch_op("torch.aten.bernoulli.p")
def bernoulli(c: Conversion, x: ir.Value, probability: float = 0.5, generator: object = None) -> ir.Value:
    """1 with the probability, else 0; of x only shape and element type matter."""
    return c.cast(greater(constant(float(probability), c.type), uniform(c)), c.element)


@torch_op("torch.aten.bernoulli")
def bernoulli_of(c: Conversion, probabilities: ir.Value, generator: object = None) -> ir.Value:
    return c.cast(greater(probabilities, uniform(c)), c.element)


@torch_op("torch.aten.bernoulli.Tensor")
def bernoulli_tensor(c: Conversion, x: ir.Value, probabilities: ir.Value, generator: object = None) -> ir.Value:
    """As `bernoulli`; of x only shape and element type matter."""
    number = uniform(c)
    return c.cast(greater(c.tensor(probabilities, ranked(number).element_type), number), c.element)


def uniform(c: Conversion, type: ir.RankedTensorType | None = None) -> ir.Value:
    """Numbers in [0, 1), of the result's type or another."""
    drawn = c.type if type is None else type
    if not isinstance(drawn.element_type, ir.FloatType):
        raise Unsupported(f"random numbers of element type {drawn.element_type}")
    return random.uniform(*_counters(), drawn, c.next_stream())


def draw(c: Conversion) -> Draw:
    """Where compositions have their uniform numbers from."""
    return lambda type: uniform(c, type)


def standard_normal(c: Conversion) -> ir.Value:
    """Of the result's type."""
    return distributions.standard_normal(draw(c), c.type)


def _counters() -> tuple[ir.Value, ir.Value]:
    scalar = ir.RankedTensorType.get([], ir.IntegerType.get_signless(32))
    return state.read(SEED, scalar), state.read(RANDOM_STEP, scalar)
