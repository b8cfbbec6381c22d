"""Every optimizer with every option, ten steps against torch.optim (Lion: the paper) on a small model."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock
from pock_mlir.optimizers import Optimizer

STEPS = 10


@dataclass(frozen=True)
class Case:
    """An optimizer of ours and its twin; `rates` are learning rates from a step on."""

    name: str
    ours: Optimizer
    theirs: Callable[[list[nn.Parameter]], torch.optim.Optimizer]
    rates: dict[int, float] = field(default_factory=dict)


def twin(name: str, kind: type[Optimizer], rates: dict[int, float] | None = None, **options: object) -> Case:
    """The same options for both; ours is named as torch's."""
    theirs = getattr(torch.optim, kind.__name__)
    return Case(name, kind(**options), lambda parameters: theirs(parameters, **options), rates or {})


def sgd(**options: object) -> Callable[[list[nn.Parameter]], torch.optim.Optimizer]:
    return lambda parameters: torch.optim.SGD(parameters, **options)


class LionReference(torch.optim.Optimizer):
    """Algorithm 2 of arXiv:2302.06675 in NumPy, in float64."""

    def __init__(self, parameters: list[nn.Parameter], lr: float, betas: tuple[float, float], weight_decay: float):
        super().__init__(parameters, {"lr": lr})
        self.betas, self.weight_decay = betas, weight_decay
        self.values = {p: p.detach().numpy().astype(np.float64) for p in parameters}
        self.averages = {p: np.zeros(p.shape) for p in parameters}

    def step(self, closure: None = None) -> None:
        lr = self.param_groups[0]["lr"]
        for p, value in self.values.items():
            assert p.grad is not None
            gradient, average = p.grad.numpy().astype(np.float64), self.averages[p]
            direction = np.sign(self.betas[0] * average + (1 - self.betas[0]) * gradient)
            value -= lr * (direction + self.weight_decay * value)
            self.averages[p] = self.betas[1] * average + (1 - self.betas[1]) * gradient
            p.data = torch.from_numpy(value.astype(np.float32))


def lion(name: str, **options: object) -> Case:
    return Case(name, pock.Lion(**options), lambda parameters: LionReference(parameters, **options))


CASES = (
    twin("sgd", pock.SGD, lr=0.1),
    twin("momentum", pock.SGD, lr=0.05, momentum=0.9),
    twin("nesterov-decay", pock.SGD, lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.02),
    twin("dampening", pock.SGD, {4: 0.02}, lr=0.05, momentum=0.9, dampening=0.3, weight_decay=0.02),
    twin("adam-decay", pock.Adam, lr=0.01, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.05),
    # A short memory, so that the largest second moment is not the last one.
    twin("amsgrad", pock.Adam, lr=0.05, betas=(0.5, 0.6), amsgrad=True),
    twin("adamw", pock.AdamW, lr=0.01, weight_decay=0.1),
    lion("lion-decay", lr=0.01, betas=(0.6, 0.8), weight_decay=0.3),
    twin("rmsprop-decay", pock.RMSprop, lr=0.01, alpha=0.8, eps=1e-6, weight_decay=0.1),
    twin("rmsprop-momentum", pock.RMSprop, lr=0.01, alpha=0.9, momentum=0.7),
    twin("rmsprop-centered", pock.RMSprop, lr=0.01, alpha=0.9, momentum=0.7, centered=True),
    twin(
        "adagrad-options",
        pock.Adagrad,
        lr=0.1,
        lr_decay=0.1,
        weight_decay=0.05,
        initial_accumulator_value=0.2,
        eps=1e-6,
    ),
    Case("clipped", pock.SGD(lr=0.1, momentum=0.9, clip_norm=0.05), sgd(lr=0.1, momentum=0.9)),
    Case(
        "accumulated-dampened",
        pock.SGD(lr=0.1, momentum=0.9, dampening=0.5, accumulate=3),
        sgd(lr=0.1, momentum=0.9, dampening=0.5),
    ),
    Case(
        "accumulated-clipped",
        pock.AdamW(lr=0.01, accumulate=2, clip_norm=0.1),
        lambda parameters: torch.optim.AdamW(parameters, lr=0.01),
    ),
    twin("rate-changes", pock.AdamW, {3: 0.002, 7: 0.03}, lr=0.01),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_ten_steps(case: Case, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 4))
    reference, start = copy.deepcopy(model), {k: v.numpy().copy() for k, v in model.state_dict().items()}
    batches = [(torch.randn(5, 6), torch.randint(0, 4, (5,))) for _ in range(STEPS * case.ours.accumulate)]
    session = _session(model, batches[0], case.ours, tmp_path)
    optimizer = case.theirs(list(reference.parameters()))
    for number, (x, y) in enumerate(batches):
        step = number // case.ours.accumulate
        if number % case.ours.accumulate == 0 and step in case.rates:
            session.set_lr(case.rates[step])
            optimizer.param_groups[0]["lr"] = case.rates[step]
        loss = F.cross_entropy(reference(x), y)
        assert session.train_step(x.numpy(), y.numpy()) == pytest.approx(loss.item(), rel=1e-5)
        (loss / case.ours.accumulate).backward()
        if (number + 1) % case.ours.accumulate == 0:
            if case.ours.clip_norm is not None:
                torch.nn.utils.clip_grad_norm_(reference.parameters(), case.ours.clip_norm)
            optimizer.step()
            optimizer.zero_grad()
    assert session.step == STEPS
    state = session.state_dict()
    for name, value in reference.state_dict().items():
        update, expected = state[name] - start[name], value.numpy() - start[name]
        assert np.linalg.norm(update - expected) <= 1e-4 * np.linalg.norm(expected), name


def _session(model: nn.Module, batch: tuple, optimizer: Optimizer, folder: Path) -> pock.Session:
    x, y = batch
    return pock.load(pock.compile(model, (x,), (y,), optimizer=optimizer).save(folder / "model.pock"), threads=1)
