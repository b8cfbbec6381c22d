"""Models that cannot be trained as PyTorch trains them, refused by what is wrong and what to do."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock

from .forms import Model, X, assert_trains_as_torch


def refused(model: nn.Module, inputs: tuple, words: list[str]) -> None:
    with pytest.raises(pock.PockError) as caught:
        pock.compile(model, inputs, (torch.zeros(5, 4),), loss=lambda out, target: out.mean(), target="x86-64-v3")
    assert all(word in str(caught.value) for word in words), str(caught.value)


class Shared(nn.Module):
    """Two layers, whose weights the test makes views of one storage."""

    def __init__(self, view: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second = nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False)
        self.second.weight = nn.Parameter(view(self.first.weight.data))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(self.first(x)[:, : self.second.weight.shape[1]], self.second.weight)


PARTS = [
    lambda w: w[:, 1:3],
    lambda w: w.view(-1)[4:8].view(1, 4),
    lambda w: w[:2],
    lambda w: w[:1].expand(4, 4),
    lambda w: w.view(torch.int32).view(torch.float32)[1:],
]


@pytest.mark.parametrize("view", PARTS)
def test_parameters_that_are_parts_of_one_storage(view: Callable) -> None:
    refused(Shared(view), (X,), ["'first.weight'", "'second.weight'", "same memory", ".clone()"])


def test_a_buffer_that_is_a_view_of_a_trained_parameter() -> None:
    model = Model(lambda self, x: self.layer(x) + self.row.sum())
    model.register_buffer("row", model.layer.weight.data[0])
    refused(model, (X,), ["'layer.weight'", "buffer 'row'"])


def test_parameters_in_separate_parts_of_one_storage_train(tmp_path: Path) -> None:
    """Interleaved, but no element is in both; a frozen view of a frozen parameter does no harm either."""
    storage, frozen = torch.randn(3, 2, 2), torch.randn(3)
    model = Model(lambda self, x: self.layer(x) + x[:, :2] @ self.a.t() + x[:, 2:] @ self.b.t() + self.f + self.g)
    model.a, model.b = nn.Parameter(storage[:, 0]), nn.Parameter(storage[:, 1])
    model.f, model.g = nn.Parameter(frozen, requires_grad=False), nn.Parameter(frozen, requires_grad=False)
    assert_trains_as_torch(model, (X,), (X.numpy(),), tmp_path)


def test_a_lazy_module_that_was_never_run() -> None:
    refused(nn.Sequential(nn.Linear(4, 4), nn.LazyLinear(3)), (X,), ["module '1'", "LazyLinear", "example batch"])


def test_a_lazy_module_that_was_run_trains(tmp_path: Path) -> None:
    model = nn.Sequential(nn.LazyLinear(3))
    model(X)
    assert_trains_as_torch(model, (X,), (X.numpy(),), tmp_path)


def _branch(self: Model, x: torch.Tensor) -> torch.Tensor:
    return self.layer(x) if x.sum() > 0 else -self.layer(x)


def _gradient_inside(self: Model, x: torch.Tensor) -> torch.Tensor:
    x = x.clone().requires_grad_()
    return torch.autograd.grad(self.layer(x).square().sum(), x, create_graph=True)[0]


def _functional_gradient(self: Model, x: torch.Tensor) -> torch.Tensor:
    return torch.func.vmap(torch.func.grad(lambda row: self.layer(row).square().sum()))(x)


def _pullback(self: Model, x: torch.Tensor) -> torch.Tensor:
    outputs, pullback = torch.func.vjp(self.layer, x)
    return pullback(outputs)[0]


def _forward_mode(self: Model, x: torch.Tensor) -> torch.Tensor:
    return torch.func.jvp(self.layer, (x,), (x,))[1]


def _backward_inside(self: Model, x: torch.Tensor) -> torch.Tensor:
    y = self.layer(x)
    y.sum().backward(retain_graph=True)
    return y


def _line(function: Callable, offset: int) -> str:
    return f"{__file__}:{inspect.getsourcelines(function)[1] + offset}"


@pytest.mark.parametrize(
    ("forward", "words"),
    [
        (_branch, ["data-dependent", "torch.where", _line(_branch, 1)]),
        (_gradient_inside, ["torch.autograd.grad", "outside of the model", _line(_gradient_inside, 2)]),
        (_functional_gradient, ["torch.func.grad", "outside of the model", _line(_functional_gradient, 1)]),
        (_pullback, ["torch.func.vjp", "outside of the model", _line(_pullback, 1)]),
        (_forward_mode, ["torch.func.jvp", "outside of the model", _line(_forward_mode, 1)]),
        (_backward_inside, ["backward()", "outside of the model", _line(_backward_inside, 2)]),
    ],
)
def test_what_torch_export_cannot_trace(forward: Callable, words: list[str]) -> None:
    refused(Model(forward), (X,), words)
