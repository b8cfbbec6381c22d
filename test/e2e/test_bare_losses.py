"""Losses with little or nothing computed in them: a parameter as it is, functions that stand in no module."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import pock_mlir as pock


class Bare(nn.Module):
    """Returns a parameter, which is also used as a weight where `used`."""

    def __init__(self, used: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(2.0))
        self.used = used

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (self.weight, x * self.weight) if self.used else (self.weight, x)


@pytest.mark.parametrize("used", [False, True])
def test_a_parameter_is_the_loss(used: bool, tmp_path: Path) -> None:
    """Its gradient is 1, and what is returned is its value before the update."""
    step = pock.compile(Bare(used), (torch.ones(3),), loss=None, optimizer=pock.SGD(lr=0.5))
    session = pock.load(step.save(tmp_path / "bare.pock"))
    x = np.ones(3, np.float32)
    assert [float(session.train_step(x)) for _ in range(3)] == [2.0, 1.5, 1.0]
    assert session.state_dict()["weight"] == 0.5


def test_a_parameter_is_the_loss_of_a_function(tmp_path: Path) -> None:
    """Of the model's output, which is the parameter, and with a term."""
    model, x = Bare(True), torch.tensor([1.0, 2.0, 3.0])
    step = pock.compile(
        model, (x,), loss=lambda outputs: outputs[0] + torch.sum(outputs[1]), optimizer=pock.SGD(lr=0.25)
    )
    session = pock.load(step.save(tmp_path / "bare.pock"))
    assert [float(session.train_step(x.numpy())) for _ in range(2)] == [14.0, 1.75]
