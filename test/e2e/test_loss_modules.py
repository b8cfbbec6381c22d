"""Losses that are modules with buffers and frozen parameters. Losses that cannot be traced are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock

from .forms import Model, X, Y, assert_trains_as_torch

WEIGHT = torch.tensor([1.0, 2.0, 0.5])
CLASSES = torch.tensor([0, 2, 1, 1, 0])
FLAGS = (Y > 0).float()


def linear() -> Model:
    return Model(lambda self, x: self.layer(x))


@pytest.mark.parametrize(
    ("loss", "target"),
    [
        (nn.CrossEntropyLoss(weight=WEIGHT, label_smoothing=0.1), CLASSES),
        (nn.NLLLoss(weight=WEIGHT, ignore_index=1), CLASSES),
        (nn.BCEWithLogitsLoss(pos_weight=WEIGHT, weight=WEIGHT.flip(0)), FLAGS),
        (nn.MultiMarginLoss(weight=WEIGHT), CLASSES),
        (nn.MultiMarginLoss(p=2, margin=0.5), CLASSES),
        (nn.MultiLabelSoftMarginLoss(weight=WEIGHT), FLAGS),
    ],
    ids=lambda value: type(value).__name__,
)
def test_losses_with_buffers(loss: nn.Module, target: torch.Tensor, tmp_path: Path) -> None:
    assert_trains_as_torch(linear(), (X,), (X.numpy(),), tmp_path, target, loss)


@pytest.mark.parametrize("full", [False, True])
def test_a_gaussian_with_learned_variances(full: bool, tmp_path: Path) -> None:
    """Some of which are below the smallest that counts."""

    def forward(self: Model, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.layer(x), (x[:, 1:] * self.layer.bias).relu()

    def loss(outputs: tuple, target: torch.Tensor) -> torch.Tensor:
        return F.gaussian_nll_loss(outputs[0], target, outputs[1], full=full, eps=0.5)

    assert_trains_as_torch(Model(forward), (X,), (X.numpy(),), tmp_path, loss=loss)


def test_the_gaussian_loss_as_a_module(tmp_path: Path) -> None:
    variance, loss = torch.rand(5, 1) + 0.1, nn.GaussianNLLLoss(reduction="sum")
    model = linear()
    step = pock.compile(model, (X,), (Y, variance), loss=loss)
    session = pock.load(step.save(tmp_path / "m.pock"), threads=1)
    expected = loss(model(X), Y, variance).item()
    assert session.train_step(X.numpy(), Y.numpy(), variance.numpy()) == pytest.approx(expected, rel=1e-5)


class Perceptual(nn.Module):
    """Compares what a network makes of outputs and targets."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(5)
        self.network = nn.Sequential(nn.Linear(3, 4), nn.Tanh()).requires_grad_(False)

    def forward(self, outputs: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return F.mse_loss(self.network(outputs), self.network(target))


def test_a_loss_with_a_frozen_network(tmp_path: Path) -> None:
    assert_trains_as_torch(linear(), (X,), (X.numpy(),), tmp_path, loss=Perceptual())


class Typed(nn.Module):
    """Frozen parameters and buffers of types that no parameter of a model has."""

    def __init__(self) -> None:
        super().__init__()
        self.narrow = nn.Parameter(torch.tensor([1.0, 2.0, 0.5], dtype=torch.float16), requires_grad=False)
        self.count = nn.Parameter(torch.tensor(3), requires_grad=False)
        self.register_buffer("turn", torch.tensor([1 + 2j, 1j, -1 + 0j]))
        self.register_buffer("hidden", torch.ones(3, dtype=torch.bfloat16), persistent=False)

    def forward(self, outputs: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        turned = torch.view_as_real((outputs * self.narrow) * self.turn)
        return turned.square().mean() / self.count + F.mse_loss(outputs * self.hidden, target)


def test_a_loss_with_frozen_parameters_of_all_types(tmp_path: Path) -> None:
    session = assert_trains_as_torch(linear(), (X,), (X.numpy(),), tmp_path, loss=Typed())
    assert session.loss_state_dict().keys() == {"narrow", "count"}
