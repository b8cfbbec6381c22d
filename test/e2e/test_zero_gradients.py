"""A gradient of zeros is not none: weight decay and momentum act on a parameter that has one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from .forms import Model, X, assert_trains_as_torch

ALL = torch.ones(3, dtype=torch.bool)


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


def _masked(self: Model, x: torch.Tensor) -> torch.Tensor:
    """All of it is masked, by a mask that the compiler knows; what is only compared has none."""
    masked = self.a.masked_fill(ALL, 1.0) + torch.where(ALL, torch.ones(3), self.b)
    masked = masked + torch.where(torch.ones(3) > 0, 2.0, self.c) + self.d.index_fill(0, torch.arange(3), 3.0)
    masked = masked + self.e.clamp(4.0, 4.0) + self.f**0 + self.g * 0
    return self.layer(x) + masked + torch.zeros_like(self.unused) + torch.where(self.compared > 9, 1.0, 2.0)


def _overwritten(self: Model, x: torch.Tensor) -> torch.Tensor:
    a, b, c, d = self.a * 2, self.b * 2, self.c * 2, self.d * 2
    a.fill_(1.0)
    b.zero_()
    c[:] = torch.arange(3.0)
    d.copy_(self.e)
    f = self.f.slice_scatter(torch.ones(3), 0, 0, 3) + self.g.index_put((torch.arange(3),), torch.ones(3))
    return self.layer(x) + a + b + c + d + f + self.unused.new_zeros(3) + torch.ones_like(self.compared)


def _slices_of_nothing(self: Model, x: torch.Tensor) -> torch.Tensor:
    nothing = self.a[3:].sum() + self.b[:0].cumsum(0).sum() + self.c.index_select(0, torch.arange(0)).sum()
    nothing = nothing + (torch.zeros(2, 0) @ self.d[:, None][:0]).sum() + torch.cat([self.e[:0], X[0]]).sum()
    return self.layer(x) + nothing + F.pad(self.f, (-3, 3)) + torch.copysign(X[0, :3], self.g)


def _drawn(self: Model, x: torch.Tensor) -> torch.Tensor:
    """Parameters of distributions. The draws are PyTorch's and ours, so that they do not count."""
    drawn = torch.bernoulli(self.a.sigmoid()) + torch.normal(self.b, 0.1) + torch.normal(0.0, self.c.exp())
    overwritten = (self.d * 1).normal_() + (self.e * 1).uniform_() + (self.f * 1).exponential_()
    picked = torch.multinomial(self.unused.softmax(0), 3) + torch.randn_like(self.detached) + (self.compared * 0 > 1)
    return self.layer(x) + 0.0 * (drawn + overwritten + F.dropout(self.g, 1.0) + picked)


def _counted(self: Model, x: torch.Tensor) -> torch.Tensor:
    """The norm of order 0 has no gradient in PyTorch, that of order 1 one of zeros."""
    norms = torch.linalg.vector_norm(self.unused, 0) + torch.linalg.vector_norm(self.a * 0, 1)
    return self.layer(x) + norms + self.detached.argmax() + self.compared.isfinite()


@pytest.mark.parametrize(
    "forward",
    [_rounded, _both, _straight_through, _masked, _overwritten, _slices_of_nothing, _drawn, _counted],
)
def test_parameters_behind_steps(forward: Callable, tmp_path: Path) -> None:
    generator = torch.Generator().manual_seed(4)
    names = ("a", "b", "c", "d", "e", "f", "g", "detached", "compared", "unused")
    parameters = {name: nn.Parameter(torch.randn(3, generator=generator)) for name in names}
    assert_trains_as_torch(Model(forward, **parameters), (X,), (X.numpy(),), tmp_path)
