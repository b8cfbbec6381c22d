"""The optimizers' state: how it starts, and that equal beginnings stay apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import pock_mlir as pock
from pock_mlir.optimizers import Optimizer

BATCH, SIZE = 5, 6


class _Twins(nn.Module):
    """Two layers of one shape side by side, which see the input differently scaled."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(SIZE, SIZE, bias=False), nn.Linear(SIZE, SIZE, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.first(x) + self.second(3.0 * x.square())


@pytest.fixture
def batch() -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    return torch.randn(BATCH, SIZE), torch.randn(BATCH, SIZE)


def _session(model: nn.Module, batch: tuple[torch.Tensor, ...], optimizer: Optimizer, folder: Path) -> pock.Session:
    x, y = batch
    step = pock.compile(model, (x,), (y,), loss="mse", optimizer=optimizer)
    return pock.load(step.save(folder / "model.pock"), threads=1)


def test_states_that_start_equal_stay_distinct(batch: tuple[torch.Tensor, torch.Tensor], tmp_path: Path) -> None:
    """Both momenta start as zeros of one shape; each layer must go on with its own."""
    torch.manual_seed(0)
    model = _Twins()
    session = _session(model, batch, pock.SGD(lr=0.01, momentum=0.9), tmp_path)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    x, y = batch
    for _ in range(4):
        session.train_step(x.numpy(), y.numpy())
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
    state = session.state_dict()
    for name, parameter in model.named_parameters():
        np.testing.assert_allclose(state[name], parameter.detach().numpy(), rtol=1e-5, atol=1e-6, err_msg=name)


@pytest.mark.parametrize(
    "optimizer", [pock.Adam(lr=0.01), pock.AdamW(lr=0.01, weight_decay=0.1)], ids=["adam", "adamw"]
)
def test_the_first_step_of_adam_is_corrected_for_its_bias(
    optimizer: pock.Adam, batch: tuple[torch.Tensor, torch.Tensor], tmp_path: Path
) -> None:
    """The corrected means of the first step are the gradient and its square: each element moves by the learning rate
    against the gradient's sign (after the decay).
    """
    torch.manual_seed(0)
    model = nn.Linear(SIZE, SIZE)
    session = _session(model, batch, optimizer, tmp_path)
    before = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    x, y = batch
    session.train_step(x.numpy(), y.numpy())
    nn.functional.mse_loss(model(x), y).backward()
    after = session.state_dict()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None
        gradient = parameter.grad.double().numpy()
        decayed = before[name] * (1 - optimizer.lr * optimizer.weight_decay)
        expected = decayed - optimizer.lr * gradient / (np.abs(gradient) + optimizer.eps)
        np.testing.assert_allclose(after[name], expected, rtol=0, atol=2e-7, err_msg=name)
