"""Autocast and regions without gradients in each other, and ops that are composed, train as in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import pock_mlir as pock

from .forms import Model, X, Y, assert_trains_as_torch


def _autocast(**options: Any) -> torch.autocast:
    return torch.autocast("cpu", torch.bfloat16, **options)


def _first(m: Model, x: torch.Tensor) -> torch.Tensor:
    with _autocast():
        with torch.no_grad():
            gate = m.layer(x)
        return (m.layer(x) * gate).float()


def _between(m: Model, x: torch.Tensor) -> torch.Tensor:
    with _autocast():
        y = m.layer(x)
        with torch.no_grad():
            gate = m.layer(x).tanh()
            with torch.enable_grad():
                live = m.layer(x) * gate
        return (y * gate + live).float()


def _decorated(m: Model, x: torch.Tensor) -> torch.Tensor:
    @torch.no_grad()
    def gate(value: torch.Tensor) -> torch.Tensor:
        return m.layer(value).sigmoid()

    with _autocast():
        return m.layer(x).float() * gate(x)


def _switched(m: Model, x: torch.Tensor) -> torch.Tensor:
    with _autocast():
        y = m.layer(x)
        torch.set_grad_enabled(False)
        gate = m.layer(x).tanh()
        torch.set_grad_enabled(True)
    return y.float() * gate


def _disabled(m: Model, x: torch.Tensor) -> torch.Tensor:
    with _autocast():
        y = m.layer(x)
        with _autocast(enabled=False):
            with torch.no_grad():
                gate = m.layer(x)
            other = m.layer(x)
        return y * gate + other


def _outside(m: Model, x: torch.Tensor) -> torch.Tensor:
    with torch.no_grad(), _autocast():
        gate = m.layer(x)
        with torch.enable_grad():
            live = m.layer(x)
    return gate.float() * live


def _einsum(m: Model, x: torch.Tensor) -> torch.Tensor:
    with _autocast():
        y = torch.einsum("bi,oi,bk->bo", x, m.layer.weight, x)
        return (y + torch.tensordot(x, m.layer.weight, ([1], [1]))).float()


FORWARDS = [_first, _between, _decorated, _switched, _disabled, _outside, _einsum]


@pytest.mark.parametrize("forward", FORWARDS, ids=lambda forward: forward.__name__)
def test_regions_in_each_other(forward: Callable, tmp_path: Path) -> None:
    assert_trains_as_torch(Model(forward), (X,), (X.numpy(),), tmp_path, tolerance=2e-2)


@pytest.mark.parametrize("network", [nn.LSTM(4, 3), nn.GRU(4, 3), nn.RNN(4, 3)], ids=lambda n: type(n).__name__)
def test_recurrent_networks_in_autocast(network: nn.Module, tmp_path: Path) -> None:
    def forward(m: Model, x: torch.Tensor) -> torch.Tensor:
        with _autocast():
            return m.network(x[:, None])[0][:, 0].float()

    model = Model(forward)
    model.network = network
    model.layer.requires_grad_(False)
    assert_trains_as_torch(model, (X,), (X.numpy(),), tmp_path, tolerance=2e-2)


def test_a_composed_op_that_is_not_cast_is_refused() -> None:
    def forward(m: Model, x: torch.Tensor) -> torch.Tensor:
        with _autocast():
            return torch.linalg.multi_dot([x, m.layer.weight.t(), torch.eye(3)]).float()

    with pytest.raises(pock.PockError, match=r"inside of autocast.*write it with matmul"):
        pock.compile(Model(forward), (X,), (Y,), "mse", target="x86-64-v3")
