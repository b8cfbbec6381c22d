"""Hooks on modules, forward and backward, act in the compiled step as in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock

from .forms import X, Y, assert_trains_as_torch


class Pair(nn.Module):
    """Two inputs and two outputs, which all depend on each other."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(4, 4)

    def forward(self, a: torch.Tensor, b: torch.Tensor, scale: float) -> tuple[torch.Tensor, torch.Tensor]:
        return self.inner(a) * b, scale * (a + b).tanh()


class Net(nn.Module):
    def __init__(self, prepare: Callable[[Any], Any]) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.first, self.last = nn.Linear(4, 4), nn.Linear(4, 3)
        self.pair, self.twice = Pair(), nn.Tanh()
        prepare(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.first(x)
        a, b = self.pair(y, y.sigmoid(), 0.5)
        return self.last(self.twice(a) + self.twice(b) * y)


def _scaled(module: nn.Module, inputs: tuple, outputs: tuple) -> tuple:
    return tuple(2 * gradient for gradient in inputs)


def _from_both(module: nn.Module, inputs: tuple, outputs: tuple) -> tuple:
    """Each gradient of an input depends on all of the inputs' and outputs'."""
    total = outputs[0] - 0.5 * outputs[1].clamp(-0.01, 0.01)
    return inputs[1] + total, inputs[0] * total.sign(), None


def _first_only(module: nn.Module, inputs: tuple, outputs: tuple) -> tuple:
    return inputs[0] * 3, None, None


def _reversed(module: nn.Module, outputs: tuple) -> tuple:
    return outputs[1], outputs[0] * 2


def _cubed(module: nn.Module, outputs: tuple) -> tuple:
    return (outputs[0] ** 3 * 1e3,)


def _replaced(module: nn.Module, inputs: tuple, outputs: tuple) -> tuple:
    return (-outputs[0],)


def _silent(module: nn.Module, inputs: tuple, outputs: tuple) -> None:
    """Looks only."""


def _forward_hooks(m: Net) -> None:
    m.first.register_forward_hook(lambda module, inputs, output: output * 2 + inputs[0])
    m.pair.register_forward_pre_hook(lambda module, inputs: (inputs[1], inputs[0], inputs[2] + 1))
    m.pair.register_forward_hook(lambda module, inputs, keywords, output: output[::-1], with_kwargs=True)
    m.last.register_forward_pre_hook(lambda module, inputs: inputs[0].tanh())
    m.register_forward_hook(lambda module, inputs, output: output + 1)


def _all(m: Net) -> None:
    m.register_full_backward_hook(_silent)
    m.pair.register_full_backward_pre_hook(_reversed)
    m.pair.register_full_backward_pre_hook(lambda module, outputs: (outputs[0] + outputs[1], outputs[1]))
    m.pair.register_full_backward_hook(_from_both)
    m.pair.register_full_backward_hook(_first_only)
    m.pair.inner.register_full_backward_hook(_scaled)
    m.pair.register_forward_hook(lambda module, inputs, output: (output[0] * 2, output[1]))
    m.twice.register_full_backward_hook(_replaced)


PREPARED = {
    "forward": _forward_hooks,
    "scaled": lambda m: m.twice.register_full_backward_hook(_scaled),
    "from_both": lambda m: m.pair.register_full_backward_hook(_from_both),
    "first_only": lambda m: m.pair.register_full_backward_hook(_first_only),
    "pre": lambda m: m.pair.register_full_backward_pre_hook(_reversed),
    "of_the_model": lambda m: m.register_full_backward_pre_hook(_cubed),
    "replaced": lambda m: m.twice.register_full_backward_hook(_replaced),
    "no_gradient": lambda m: m.first.register_full_backward_hook(_silent),
    "all": _all,
}


@pytest.mark.parametrize("name", PREPARED)
def test_hooked_modules(name: str, tmp_path: Path) -> None:
    assert_trains_as_torch(Net(PREPARED[name]), (X,), (X.numpy(),), tmp_path, tolerance=3e-5)


def test_a_hook_on_the_loss(tmp_path: Path) -> None:
    class Loss(nn.Module):
        def forward(self, outputs: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            return F.mse_loss(outputs, target)

    loss = Loss()
    loss.register_full_backward_hook(lambda module, inputs, outputs: (inputs[0].clamp(-0.01, 0.01), None))
    assert_trains_as_torch(Net(lambda m: None), (X,), (X.numpy(),), tmp_path, loss=loss)


def _in_place(module: nn.Module, inputs: tuple, outputs: tuple) -> None:
    inputs[0].mul_(2)


def _by_value(module: nn.Module, inputs: tuple, outputs: tuple) -> tuple:
    return inputs if outputs[0].sum() > 0 else (None,)


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda m: m.twice.register_full_backward_hook(_in_place), ["'_in_place'", "module 'twice'", "in place"]),
        (
            lambda m: m.twice.register_full_backward_hook(_by_value),
            ["'_by_value'", "module 'twice'", "cannot be traced"],
        ),
        (lambda m: m.pair.inner.register_backward_hook(_silent), ["'pair.inner'", "register_full_backward_hook"]),
        (lambda m: m.twice.register_full_backward_hook(_from_both), ["'_from_both'", "module 'twice'"]),
    ],
    ids=["in_place", "by_value", "legacy", "failing"],
)
def test_hooks_that_are_refused(prepare: Callable[[Any], Any], words: list[str]) -> None:
    with pytest.raises(pock.PockError) as caught:
        pock.compile(Net(prepare), (X,), (Y,), "mse", target="x86-64-v3")
    assert all(word in str(caught.value) for word in words), str(caught.value)
