"""Losses with little or nothing computed in them: a parameter as it is, functions that stand in no module."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import pock_mlir as pock
from pock_mlir.passes.backward.autodiff.rules import vjp


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


@pytest.mark.parametrize(
    ("loss", "what"),
    [
        (lambda o: (o[0], o[1]), "tuple"),
        (lambda o: 1.0, "float"),
        (lambda o: None, "NoneType"),
        (lambda o: o[1], "[3]"),
    ],
)
def test_a_loss_must_be_a_scalar(loss: Any, what: str) -> None:
    with pytest.raises(pock.PockError) as caught:
        pock.compile(Bare(True), (torch.ones(3),), loss=loss)
    assert f"the loss must be a scalar tensor, got {what}" in str(caught.value)


# A function whose code stands in no file, of the torch namespace only.
NOWHERE = eval("lambda outputs: torch.sin(outputs[0])", {"torch": torch})


def test_a_loss_from_nowhere_without_a_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no place to name."""
    monkeypatch.delitem(vjp._rules, "math.sin")
    report = pock.coverage(Bare(True), (torch.ones(3),), loss=NOWHERE)
    assert [(item.op, item.problem, str(item)) for item in report.unsupported] == [
        ("aten.sin", "gradient", "aten.sin has no gradient")
    ]
    with pytest.raises(pock.PockError, match=r"^aten\.sin has no gradient; freeze"):
        pock.compile(Bare(True), (torch.ones(3),), loss=NOWHERE)


def test_a_loss_from_nowhere_whose_gradient_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> Any:
        raise KeyError("forgotten")

    monkeypatch.setitem(vjp._rules, "math.sin", failing)
    with pytest.raises(pock.PockError, match=r"KeyError: 'forgotten', at 'math\.sin' op, raised by .* report it"):
        pock.compile(Bare(True), (torch.ones(3),), loss=NOWHERE)
