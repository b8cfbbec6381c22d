"""State is updated in place: no second copy of a parameter, no growth, and none of IREE's two ways to wrong numbers."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from torch import nn

import pock_mlir as pock

from .compare import assert_agrees, train_both


def deep_mlp(layers: int = 8, width: int = 128) -> nn.Module:
    """Layers of one size, so that all their states have one type and one initial value."""
    modules: list[nn.Module] = []
    for _ in range(layers):
        modules += [nn.Linear(width, width), nn.ReLU()]
    return nn.Sequential(*modules[:-1])


def regression_batches(count: int, width: int = 128) -> list:
    return [((torch.randn(4, width),), (torch.randn(4, width),)) for _ in range(count)]


def test_equal_initial_states_stay_apart(tmp_path: Path) -> None:
    """IREE merges mutable globals of one type that start from equal constants, as momentum and Adam's averages do."""
    torch.manual_seed(0)
    optimizer, made = pock.SGD(lr=0.05, momentum=0.9), []

    def torch_sgd(parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
        made.append(torch.optim.SGD(parameters, lr=0.05, momentum=0.9))
        return made[0]

    run = train_both(
        deep_mlp(), regression_batches(4), tmp_path, optimizer=optimizer, torch_optimizer=torch_sgd, loss="mse"
    )
    assert_agrees(run)
    run.session.save_checkpoint(tmp_path / "checkpoint.safetensors")
    saved = load_file(tmp_path / "checkpoint.safetensors")
    for name, parameter in run.reference.named_parameters():
        momentum = made[0].state[parameter]["momentum_buffer"].numpy()
        np.testing.assert_allclose(saved[f"optimizer/{name}.momentum_buffer"], momentum, rtol=1e-3, atol=1e-7)


def test_no_update_overtakes_a_read_of_the_old_weight(tmp_path: Path) -> None:
    """The input gradient reads a weight in the step that updates it. A large rate makes any mix-up show."""
    torch.manual_seed(0)
    run = train_both(
        deep_mlp(width=64),
        regression_batches(10, 64),
        tmp_path,
        optimizer=pock.SGD(lr=1.0),
        torch_optimizer=lambda parameters: torch.optim.SGD(parameters, lr=1.0),
        loss="mse",
        threads=2,
    )
    assert_agrees(run)


@pytest.mark.parametrize("threads", [1, 2])
def test_memory_neither_grows_nor_holds_a_second_copy(threads: int, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = deep_mlp(layers=12, width=256)
    (x,), (y,) = regression_batches(1, 256)[0]
    step = pock.compile(model, (x,), (y,), loss="mse", optimizer=pock.SGD(lr=0.01))
    session = pock.load(step.save(tmp_path / "model.pock"), threads=threads)
    session.train_step(x.numpy(), y.numpy())
    live, peak = session.measured_live_bytes, session.measured_peak_bytes
    for _ in range(100):
        session.train_step(x.numpy(), y.numpy())
    assert session.measured_live_bytes == live
    assert session.measured_peak_bytes == peak
    assert peak < 1.3 * sum(p.numel() * 4 for p in model.parameters())


NEW_STORAGE = r"alloca.*!stream\.resource<variable>"


def test_the_step_is_one_execution_without_copies(steps: list[str]) -> None:
    (x,), (y,) = regression_batches(1)[0]
    pock.compile(deep_mlp(), (x,), (y,), loss="mse", optimizer=pock.AdamW(lr=0.01))
    assert steps[0].count("stream.cmd.execute") == 1
    assert "stream.cmd.copy" not in steps[0]
    assert not re.search(NEW_STORAGE, steps[0])


class ReadReshaped(nn.Module):
    """A weight of three dimensions that the forward pass reads as a matrix, and with `twice` as it is, too."""

    def __init__(self, *, twice: bool) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(16, 24), nn.Linear(16, 4)
        self.weight = nn.Parameter(torch.randn(2, 12, 16) * 0.1)
        self.twice = twice

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.first(x)) @ self.weight.view(24, 16)
        return self.last(torch.relu(x + self.weight.sum((0, 1)) if self.twice else x))


@pytest.mark.parametrize("twice", [False, True], ids=["reshaped", "reshaped and not"])
def test_a_weight_that_is_read_reshaped_is_planned(twice: bool, steps: list[str], tmp_path: Path) -> None:
    """It is updated in place: in one shape it is stored so, in two its pieces are given both."""
    torch.manual_seed(0)
    model = ReadReshaped(twice=twice)
    batches = [((torch.randn(5, 16),), (torch.randn(5, 4),)) for _ in range(4)]
    run = train_both(
        model,
        batches,
        tmp_path,
        optimizer=pock.SGD(lr=0.1, momentum=0.9),
        torch_optimizer=lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
        loss="mse",
    )
    assert_agrees(run)
    assert not re.search(NEW_STORAGE, steps[0])
    assert abs(run.session.measured_peak_bytes - run.step.memory.planned_peak_bytes) <= 64
    assert run.session.state_dict()["weight"].shape == (2, 12, 16)
