"""Our random numbers for PyTorch, so that both sides of a comparison draw the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from support.threefry import kept, uniform
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten


class OwnDraws(TorchDispatchMode):
    """While active, the random ops that PyTorch runs draw our numbers of a seed and step, each from the next stream."""

    def __init__(self, seed: int, step: int) -> None:
        super().__init__()
        self.seed, self.step, self.stream = seed, step, 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        draw = DRAWS.get(func)
        return func(*args, **(kwargs or {})) if draw is None else draw(self, *args)

    def uniform(self, shape: Any) -> torch.Tensor:
        return torch.from_numpy(uniform(self.seed, self.step, self._next(), tuple(shape)))

    def kept(self, shape: Any, rate: float) -> np.ndarray:
        return kept(self.seed, self.step, self._next(), tuple(shape), rate)

    def _next(self) -> int:
        self.stream += 1
        return self.stream - 1


def _dropout_mask(draws: OwnDraws, x: torch.Tensor, probability: float = 0.5) -> torch.Tensor:
    """Dropout on the CPU draws what it keeps by this op."""
    return x.copy_(torch.from_numpy(draws.kept(x.shape, 1.0 - probability)))


DRAWS: dict[Any, Callable[..., torch.Tensor]] = {aten.bernoulli_.float: _dropout_mask}
