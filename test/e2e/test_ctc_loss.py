"""The loss of connectionist temporal classification, in all its forms, as torch computes it."""

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

TIME, BATCH, CLASSES, LONGEST = 6, 4, 5, 3


def _tensor(seed: int, draw: Callable[..., torch.Tensor], *arguments: Any) -> torch.Tensor:
    return draw(*arguments, generator=torch.Generator().manual_seed(seed))


X = _tensor(0, torch.randn, TIME, BATCH, 3)
TARGETS = _tensor(1, torch.randint, 1, CLASSES, (BATCH, LONGEST))
TARGETS[0, 1] = TARGETS[0, 0]  # a repeated label, which needs a blank between
SPOKEN, LENGTHS = torch.tensor([6, 5, 3, 4]), torch.tensor([3, 2, 0, 1])
JOINED = torch.cat([row[:length] for row, length in zip(TARGETS, LENGTHS.tolist(), strict=True)])
WEIGHTS = torch.tensor([1.0, 2.0, 0.5, 3.0])


class Speech(nn.Module):
    def __init__(self, normalized: bool = True) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.layer = nn.Linear(3, CLASSES)
        self.normalized = normalized

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.layer(x)
        return y.log_softmax(-1) if self.normalized else y


def _assert_trains(
    model: nn.Module, loss: Callable[..., torch.Tensor], folder: Path, batches: list[tuple[torch.Tensor, ...]]
) -> None:
    """One step for each batch: x and the targets of the loss."""
    reference = copy.deepcopy(model)
    x, *targets = batches[0]
    step = pock.compile(model, (x,), tuple(targets), loss, pock.SGD(lr=0.1, momentum=0.9))
    session = pock.load(step.save(folder / "m.pock"), threads=1)
    optimizer = torch.optim.SGD(reference.parameters(), lr=0.1, momentum=0.9)
    for x, *targets in batches:
        value = loss(reference(x), *targets)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        found = session.train_step(x.numpy(), *(target.numpy() for target in targets))
        assert found == pytest.approx(value.item(), rel=1e-4)
    state = session.state_dict()
    for name, expected in reference.state_dict().items():
        np.testing.assert_allclose(state[name], expected.numpy(), rtol=1e-4, atol=1e-6, err_msg=name)


def _weighted(outputs: torch.Tensor, *targets: torch.Tensor) -> torch.Tensor:
    return (F.ctc_loss(outputs, *targets, reduction="none") * WEIGHTS).sum()


@pytest.mark.parametrize(
    "loss",
    [nn.CTCLoss(), nn.CTCLoss(reduction="sum", zero_infinity=True), _weighted],
    ids=["mean", "sum", "none"],
)
def test_lengths_that_are_inputs(loss: Callable[..., torch.Tensor], tmp_path: Path) -> None:
    """Each step has other lengths and targets."""
    batches = [
        (X, TARGETS, SPOKEN, LENGTHS),
        (X.flip(1), TARGETS.flip(1), SPOKEN.flip(0), torch.tensor([1, 1, 0, 2])),
        (2 * X, TARGETS.flip(0), torch.tensor([3, 6, 6, 6]), torch.tensor([1, 2, 3, 0])),
    ]
    _assert_trains(Speech(), loss, tmp_path, batches)


def test_probabilities_that_are_no_softmax(tmp_path: Path) -> None:
    """torch's gradient is the derivative only behind a log_softmax; here it is torch's."""
    loss = nn.CTCLoss(blank=CLASSES - 1)
    _assert_trains(Speech(normalized=False), loss, tmp_path, [(X, TARGETS - 1, SPOKEN, LENGTHS)] * 3)


def test_a_target_that_cannot_be_said_counts_nothing(tmp_path: Path) -> None:
    """Three labels in two moments, and two in none."""
    lengths = torch.tensor([6, 2, 0, 0]), torch.tensor([3, 3, 0, 2])
    _assert_trains(Speech(), nn.CTCLoss(zero_infinity=True), tmp_path, [(X, TARGETS, *lengths)] * 3)


def test_a_target_that_cannot_be_said_is_lost(tmp_path: Path) -> None:
    """The loss is infinite and all gradients are NaN, as in torch."""
    model, lengths = Speech(), (torch.tensor([6, 6, 2, 6]), torch.tensor([1, 1, 3, 1]))
    step = pock.compile(model, (X,), (TARGETS, *lengths), nn.CTCLoss())
    session = pock.load(step.save(tmp_path / "m.pock"), threads=1)
    assert session.train_step(X.numpy(), TARGETS.numpy(), *(length.numpy() for length in lengths)) == np.inf
    assert np.isnan(session.state_dict()["layer.weight"]).all()


def _numbers(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return F.ctc_loss(outputs, targets, SPOKEN.tolist(), tuple(LENGTHS.tolist()))


def _constants(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return F.ctc_loss(outputs, targets, SPOKEN, LENGTHS)


def _made_inside(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return F.ctc_loss(outputs, targets, torch.full((BATCH,), TIME), torch.tensor([3, 2, 0, 1]))


def _alone(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Without a batch."""
    first = F.ctc_loss(outputs[:, 0], targets[0], [6], [3])
    return first + F.ctc_loss(outputs[:, 1], targets[1, :2], SPOKEN[1], LENGTHS[1], reduction="none")


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        (_numbers, TARGETS),
        (_constants, TARGETS),
        (_numbers, JOINED),
        (_constants, JOINED),
        (_made_inside, TARGETS),
        (_alone, TARGETS),
    ],
    ids=["numbers", "constants", "joined", "joined_constants", "made_inside", "alone"],
)
def test_constant_lengths(loss: Callable[..., torch.Tensor], targets: torch.Tensor, tmp_path: Path) -> None:
    _assert_trains(Speech(), loss, tmp_path, [(X, targets)] * 3)


def test_joined_targets_of_lengths_that_are_inputs_are_refused() -> None:
    with pytest.raises(pock.PockError, match=r"ctc_loss takes targets one after the other .* give them padded"):
        pock.compile(Speech(), (X,), (JOINED, SPOKEN, LENGTHS), nn.CTCLoss(), target="x86-64-v3")
