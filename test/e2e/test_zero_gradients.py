"""A gradient of zeros is not none: weight decay and momentum act on a parameter that has one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from .forms import Model, X, assert_trains_as_torch


def _rounded(self: Model, x: torch.Tensor) -> torch.Tensor:
    """Every one alone behind an op with a derivative of zero; `detached` and `unused` have no gradient at all."""
    steps = self.a.round() + self.b.floor() + self.c.ceil() + self.d.trunc() + self.e.sign()
    steps = steps + torch.div(self.f * 3, self.g.exp(), rounding_mode="floor")
    return self.layer(x) + steps + self.detached.detach() + (self.compared > 0)


def _both(self: Model, x: torch.Tensor) -> torch.Tensor:
    """Reached with and without rounding: the gradients add up."""
    return self.layer(x) + self.a.round() * self.a + (self.b * self.a).detach() + self.c.sign() * self.layer.bias


def _straight_through(self: Model, x: torch.Tensor) -> torch.Tensor:
    hidden = self.layer(x) * self.a
    return hidden + (hidden.round() - hidden).detach() + torch.fmod(self.b, self.c.abs() + 1)


@pytest.mark.parametrize("forward", [_rounded, _both, _straight_through])
def test_parameters_behind_steps(forward: Callable, tmp_path: Path) -> None:
    generator = torch.Generator().manual_seed(4)
    names = ("a", "b", "c", "d", "e", "f", "g", "detached", "compared", "unused")
    parameters = {name: nn.Parameter(torch.randn(3, generator=generator)) for name in names}
    assert_trains_as_torch(Model(forward, **parameters), (X,), (X.numpy(),), tmp_path)
