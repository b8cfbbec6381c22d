"""Losses with parameters of their own, and a model and its loss that are trained by pock and by PyTorch."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock

from .compare import OPTIMIZERS, TorchOptimizer

CLASSES = torch.tensor([0, 2, 1, 1, 0, 2])


class Heads(nn.Module):
    """Two heads on a hidden layer, with names that the losses have too."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.weight = nn.Parameter(torch.randn(5))
        self.loss = nn.Linear(5, 4)
        self.classes = nn.Linear(4, 3)
        self.value = nn.Linear(4, 1)
        self.register_buffer("scale", torch.tensor(0.5))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        hidden = torch.tanh(self.loss(x * self.weight)) * self.scale
        return hidden, self.classes(hidden), self.value(hidden).flatten()


def batch(seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    classes = CLASSES[torch.randperm(6, generator=generator)]
    return torch.randn(6, 5, generator=generator), classes, torch.randn(6, generator=generator)


class Loss(nn.Module):
    """A loss over the outputs of `Heads`, made of `function` and of parameters and buffers that are given."""

    def __init__(self, function: Callable, **tensors: torch.Tensor | nn.Module) -> None:
        super().__init__()
        self.function = function
        for name, value in tensors.items():
            if isinstance(value, nn.Module | nn.Parameter):
                setattr(self, name, value)
            else:
                self.register_buffer(name, value)

    def forward(self, outputs: tuple, classes: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        return self.function(self, *outputs, classes, value)


def parameter(*values: float) -> nn.Parameter:
    return nn.Parameter(torch.tensor(values))


def tasks(logits: torch.Tensor, found: torch.Tensor, classes: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    return torch.stack([F.cross_entropy(logits, classes), F.mse_loss(found, value)])


def uncertainty(self: Any, hidden: Any, logits: Any, found: Any, classes: Any, value: Any) -> torch.Tensor:
    losses = tasks(logits, found, classes, value)
    return (torch.exp(-self.log_vars) * losses + self.log_vars).sum()


def temperature(self: Any, hidden: Any, logits: Any, found: Any, classes: Any, value: Any) -> torch.Tensor:
    return F.cross_entropy(logits * self.temperature.exp(), classes, weight=self.weight) + F.mse_loss(found, value)


def layer(self: Any, hidden: Any, logits: Any, found: Any, classes: Any, value: Any) -> torch.Tensor:
    return tasks(logits, found, classes, value).sum() + F.cross_entropy(self.weight(hidden), classes)


def centers(self: Any, hidden: Any, logits: Any, found: Any, classes: Any, value: Any) -> torch.Tensor:
    """Counts its calls, and keeps a running mean that weighs the distances from learned centers."""
    self.calls.add_(1)
    distances = (hidden - self.centers[classes]).square().sum(1)
    with torch.no_grad():
        self.mean.lerp_(distances.mean(), 0.1)
    return tasks(logits, found, classes, value).sum() + distances.mean() / (1 + self.mean)


def normalized(self: Any, hidden: Any, logits: Any, found: Any, classes: Any, value: Any) -> torch.Tensor:
    return tasks(logits, found, classes, value).sum() + F.cross_entropy(self.norm(hidden), classes)


def perceptual(self: Any, hidden: Any, logits: Any, found: Any, classes: Any, value: Any) -> torch.Tensor:
    """Compares what a network makes of outputs and targets."""
    wanted = F.one_hot(classes, 3).float()
    return F.mse_loss(self.network(logits), self.network(wanted)) + F.mse_loss(found, value)


LOSSES: dict[str, Callable[[], Loss]] = {
    "uncertainty": lambda: Loss(uncertainty, log_vars=parameter(0.3, -0.4)),
    "temperature": lambda: Loss(temperature, temperature=parameter(0.2), weight=torch.tensor([1.0, 2.0, 0.5])),
    "layer": lambda: Loss(layer, weight=nn.Linear(4, 3), scale=torch.zeros(())),
    "centers": lambda: Loss(
        centers, centers=nn.Parameter(torch.randn(3, 4)), calls=torch.zeros((), dtype=torch.int64), mean=torch.ones(())
    ),
    "perceptual": lambda: Loss(perceptual, network=nn.Sequential(nn.Linear(3, 4), nn.Tanh())),
    "normalized": lambda: Loss(normalized, norm=nn.BatchNorm1d(4)),
}


class Both:
    """A model and its loss, compiled, beside copies of which PyTorch trains what the compiled step trains."""

    def __init__(
        self,
        model: nn.Module,
        loss: nn.Module,
        folder: Path,
        optimizer: str | tuple[pock.optimizers.Optimizer, TorchOptimizer] = "sgd",
        clip_norm: float | None = None,
        reference: tuple[nn.Module, nn.Module] | None = None,
        **options: Any,
    ) -> None:
        """`reference` is the copies, where deepcopy makes none."""
        self.model, self.loss = copy.deepcopy((model, loss)) if reference is None else reference
        ours, theirs = OPTIMIZERS[optimizer] if isinstance(optimizer, str) else optimizer
        inputs, *targets = self.batch(0)
        inputs = inputs if isinstance(inputs, dict) else (inputs,)
        self.step = pock.compile(model, inputs, tuple(targets), loss=loss, optimizer=ours, **options)
        self.session = self.load(folder)
        self.clip_norm = clip_norm
        self.parameters = [dict(self.model.named_parameters())[name] for name in self.step.trained]
        self.parameters += [dict(self.loss.named_parameters())[name] for name in self.step.loss_trained]
        self.optimizer = theirs(self.parameters)

    @staticmethod
    def batch(index: int) -> tuple[Any, ...]:
        """The inputs, a tensor or a dictionary of them, and the targets of a step."""
        return batch(index)

    def load(self, folder: Path) -> pock.Session:
        return pock.load(self.step.save(folder / "both.pock"), threads=1)

    def train(self, steps: range, session: pock.Session | None = None) -> None:
        for index in steps:
            x, *targets = self.batch(index)
            value = self.loss(self.model(**x) if isinstance(x, dict) else self.model(x), *targets)
            self.optimizer.zero_grad()
            value.backward()
            if self.clip_norm is not None:
                nn.utils.clip_grad_norm_(self.parameters, self.clip_norm)
            self.optimizer.step()
            arrays = {name: t.numpy() for name, t in x.items()} if isinstance(x, dict) else x.numpy()
            given = (session or self.session).train_step(arrays, *(t.numpy() for t in targets))
            assert given == pytest.approx(value.item(), rel=1e-5)

    def assert_equal(self, session: pock.Session | None = None) -> None:
        session = session or self.session
        for state, reference in (
            (session.state_dict(), self.model.state_dict()),
            (session.loss_state_dict(), self.loss.state_dict()),
        ):
            assert state.keys() == reference.keys()
            for name, tensor in reference.items():
                np.testing.assert_allclose(state[name], tensor.numpy(), rtol=2e-5, atol=2e-6, err_msg=name)
