"""Our random numbers for PyTorch, so that both sides of a comparison draw the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
import torch
from support.threefry import kept, uniform
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten


class OwnDraws(TorchDispatchMode):
    """While active, the random ops that PyTorch runs draw our numbers of a seed and step, each from the next stream.

    On the CPU dropout, too, draws by `bernoulli_`: `plain` are the streams of those that are no dropout.
    """

    def __init__(self, seed: int, step: int, plain: Collection[int] = ()) -> None:
        super().__init__()
        self.seed, self.step, self.stream, self.plain = seed, step, 0, plain

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        draw = DRAWS.get(func)
        if draw is None:
            return func(*args, **(kwargs or {}))
        drawn = draw(self, *args)
        return args[0].copy_(drawn) if func._schema.name.endswith("_") else drawn

    def numbers(self, shape: Sequence[int]) -> torch.Tensor:
        """Uniform over [0, 1)."""
        self.stream += 1
        return torch.from_numpy(uniform(self.seed, self.step, self.stream - 1, tuple(shape)))

    def below(self, shape: Sequence[int], probability: float | torch.Tensor) -> torch.Tensor:
        """1 with the probability, or what dropout keeps with it."""
        if self.stream in self.plain or isinstance(probability, torch.Tensor):
            return (self.numbers(shape) < probability).float()
        self.stream += 1
        return torch.from_numpy(kept(self.seed, self.step, self.stream - 1, tuple(shape), 1 - probability)).float()

    def normal(self, shape: Sequence[int]) -> torch.Tensor:
        radius = torch.sqrt(-2 * torch.log(1 - self.numbers(shape)))
        return radius * torch.cos(2 * np.pi * self.numbers(shape).double()).float()

    def exponential(self, shape: Sequence[int]) -> torch.Tensor:
        return (-torch.log(1 - self.numbers(shape))).clamp_min(2.0**-24)

    def integers(self, shape: Sequence[int], low: int, high: int) -> torch.Tensor:
        return low + torch.floor(self.numbers(shape).double() * (high - low)).long()

    def chosen(self, weights: torch.Tensor, count: int, replacement: bool = False) -> torch.Tensor:
        if count == 1 or not replacement:
            return (weights / self.exponential(weights.shape)).topk(count).indices
        sums = weights.cumsum(-1)
        return torch.searchsorted(sums, self.numbers([*weights.shape[:-1], count]) * sums[..., -1:], right=True)


def _rrelu(d: OwnDraws, x: torch.Tensor, noise: torch.Tensor, low=1 / 8, high=1 / 3, train=False) -> torch.Tensor:
    """The gradient reads the slopes in the noise."""
    if not train:
        return torch.where(x > 0, x, x * ((low + high) / 2))
    noise.copy_(torch.where(x > 0, 1.0, low + (high - low) * d.numbers(x.shape)))
    return x * noise


DRAWS: dict[Any, Callable[..., torch.Tensor]] = {
    aten.rand.default: lambda d, shape: d.numbers(shape),
    aten.rand_like.default: lambda d, x: d.numbers(x.shape),
    aten.randn.default: lambda d, shape: d.normal(shape),
    aten.randn_like.default: lambda d, x: d.normal(x.shape),
    aten.bernoulli.default: lambda d, p: d.below(p.shape, p),
    aten.bernoulli_.float: lambda d, x, p=0.5: d.below(x.shape, p),
    aten.bernoulli_.Tensor: lambda d, x, p: d.below(x.shape, p),
    aten.uniform_.default: lambda d, x, low=0.0, high=1.0: low + (high - low) * d.numbers(x.shape),
    aten.normal_.default: lambda d, x, mean=0.0, std=1.0: mean + std * d.normal(x.shape),
    aten.normal.Tensor_Tensor: lambda d, mean, std: mean + std * d.normal(mean.shape),
    aten.normal.Tensor_float: lambda d, mean, std=1.0: mean + std * d.normal(mean.shape),
    aten.normal.float_Tensor: lambda d, mean, std: mean + std * d.normal(std.shape),
    aten.normal.float_float: lambda d, mean, std, shape: mean + std * d.normal(shape),
    aten.log_normal_.default: lambda d, x, mean=1.0, std=2.0: torch.exp(mean + std * d.normal(x.shape)),
    aten.exponential_.default: lambda d, x, rate=1.0: d.exponential(x.shape) / rate,
    aten.geometric_.default: lambda d, x, p: torch.ceil(d.exponential(x.shape) / -np.log1p(-p)),
    aten.cauchy_.default: lambda d, x, m=0.0, s=1.0: m + s * torch.tan(np.pi * (d.numbers(x.shape).double() - 0.5)),
    aten.randint.default: lambda d, high, shape: d.integers(shape, 0, high),
    aten.randint.low: lambda d, low, high, shape: d.integers(shape, low, high),
    aten.randint_like.default: lambda d, x, high: d.integers(x.shape, 0, high).to(x.dtype),
    aten.randint_like.low_dtype: lambda d, x, low, high: d.integers(x.shape, low, high).to(x.dtype),
    aten.randperm.default: lambda d, count: d.numbers([count]).argsort(stable=True),
    aten.multinomial.default: lambda d, weights, count, replacement=False: d.chosen(weights, count, replacement),
    aten.rrelu_with_noise.default: _rrelu,
    aten.rrelu_with_noise_.default: _rrelu,
}
