"""Every optimizer with every option, ten steps against torch.optim on a small model."""

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


def sgd(**options: object) -> Callable[[list[nn.Parameter]], torch.optim.Optimizer]:
    return lambda parameters: torch.optim.SGD(parameters, **options)


def adam(kind: type = torch.optim.Adam, **options: object) -> Callable[[list[nn.Parameter]], torch.optim.Optimizer]:
    return lambda parameters: kind(parameters, **options)


CASES = (
    Case("sgd", pock.SGD(lr=0.1), sgd(lr=0.1)),
    Case("momentum", pock.SGD(lr=0.05, momentum=0.9), sgd(lr=0.05, momentum=0.9)),
    Case(
        "nesterov-decay",
        pock.SGD(lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.02),
        sgd(lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.02),
    ),
    Case("adam-decay", pock.Adam(lr=0.01, weight_decay=0.05), adam(lr=0.01, weight_decay=0.05)),
    Case("adam-betas", pock.Adam(lr=0.01, betas=(0.8, 0.95), eps=1e-6), adam(lr=0.01, betas=(0.8, 0.95), eps=1e-6)),
    Case("adamw", pock.AdamW(lr=0.01, weight_decay=0.1), adam(torch.optim.AdamW, lr=0.01, weight_decay=0.1)),
    Case("clipped", pock.SGD(lr=0.1, momentum=0.9, clip_norm=0.05), sgd(lr=0.1, momentum=0.9)),
    Case("accumulated", pock.SGD(lr=0.1, momentum=0.9, accumulate=3), sgd(lr=0.1, momentum=0.9)),
    Case("accumulated-clipped", pock.AdamW(lr=0.01, accumulate=2, clip_norm=0.1), adam(torch.optim.AdamW, lr=0.01)),
    Case("rate-changes", pock.AdamW(lr=0.01), adam(torch.optim.AdamW, lr=0.01), {3: 0.002, 7: 0.03}),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_ten_steps(case: Case, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 4))
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
