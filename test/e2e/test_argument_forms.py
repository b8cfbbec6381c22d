"""What models are called with and what they give back: nested inputs, constants of the trace, None among the outputs,
inputs and buffers that the model writes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock

from .forms import Model, X, Y, assert_trains_as_torch


def test_outputs_that_are_no_tensors_are_left_out(tmp_path: Path) -> None:
    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(3)
            self.attention, self.head = nn.MultiheadAttention(4, 2), nn.Linear(4, 3)

        def forward(self, x: torch.Tensor) -> tuple:
            attended, weights = self.attention(x, x, x, need_weights=False)
            return self.head(attended), weights, {"twice": 2 * x, "flag": True}, 3

    model = Attention()
    session = assert_trains_as_torch(model, (X,), (X.numpy(),), tmp_path)
    assert [spec.name for spec in session.outputs] == ["output0", "output2.twice"]
    assert isinstance(session.predict(X.numpy()), tuple)
    np.testing.assert_array_equal(session.predict(X.numpy())[1], 2 * X.numpy())


def test_nested_inputs_by_position(tmp_path: Path) -> None:
    model = Model(lambda self, a, b, k: self.layer(a["x"] * b[0] + a["more"]["x"]) * k)
    inputs = ({"x": X, "more": {"x": 2 * X, "unused": "text"}}, [X + 1, None], 0.5)
    arrays = (X.numpy(), 2 * X.numpy(), X.numpy() + 1)
    session = assert_trains_as_torch(model, inputs, arrays, tmp_path)
    assert [spec.name for spec in session.inputs] == ["input0.x", "input0.more.x", "input1.0"]


def test_nested_inputs_and_constants_by_keyword(tmp_path: Path) -> None:
    def forward(self: Model, x: torch.Tensor, scale: float, mask: Any = None, flag: bool = False) -> torch.Tensor:
        assert mask is None
        return self.layer(x["a"] - x["b"]) * scale if flag else self.layer(x["a"])

    inputs = {"x": {"a": X, "b": 3 * X}, "scale": 0.5, "mask": None, "flag": True}
    arrays = ({"x.a": X.numpy(), "x.b": 3 * X.numpy()},)
    session = assert_trains_as_torch(Model(forward), inputs, arrays, tmp_path)
    with pytest.raises(pock.PockError, match=r"lacks 'x\.b'"):
        session.predict({"x.a": X.numpy()})


@pytest.mark.parametrize("combine", [lambda *xs: sum(x * x for x in xs), lambda *xs: 40 * torch.cat(xs).mean(0)])
def test_more_inputs_than_a_dispatch_can_read(combine: Callable, tmp_path: Path) -> None:
    """IREE fuses what is computed from any number of arguments, and runs no dispatch of more than 32 buffers."""
    inputs = tuple(X + i / 20 for i in range(40))
    model = Model(lambda self, *xs: self.layer(combine(*xs) / 40).expand(5, 3))
    assert_trains_as_torch(model, inputs, tuple(x.numpy() for x in inputs), tmp_path)


def _relu(self: Model, x: torch.Tensor) -> torch.Tensor:
    return self.layer(F.relu(x, inplace=True))


def _normalised(self: Model, x: torch.Tensor) -> torch.Tensor:
    x -= x.mean(0)
    x /= x.std(0)
    return self.layer(x)


def _sliced(self: Model, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    x[:, 1:3] = x[:, :1]
    return self.layer(x), x


@pytest.mark.parametrize("forward", [_relu, _normalised, _sliced])
def test_inputs_that_the_model_writes_stay_as_they_are(forward: Callable, tmp_path: Path) -> None:
    array = X.numpy().copy()
    assert_trains_as_torch(Model(forward), (X.clone(),), (array,), tmp_path)
    np.testing.assert_array_equal(array, X.numpy())


def test_targets_that_the_loss_writes(tmp_path: Path) -> None:
    def loss(outputs: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return F.mse_loss(outputs, target.mul_(2))

    model, target = Model(lambda self, x: self.layer(x)), Y.clone()
    session = pock.load(pock.compile(model, (X,), (target,), loss=loss).save(tmp_path / "m.pock"), threads=1)
    given = Y.numpy().copy()
    expected = F.mse_loss(model(X), 2 * Y).item()
    assert session.train_step(X.numpy(), given) == pytest.approx(expected, rel=1e-5)
    assert torch.equal(target, Y) and np.array_equal(given, Y.numpy())


def test_labels_that_the_loss_masks_in_place(tmp_path: Path) -> None:
    def loss(outputs: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        target[target == 2] = -100
        return F.cross_entropy(outputs, target)

    model, labels = Model(lambda self, x: self.layer(x)), torch.tensor([0, 2, 1, 1, 2])
    session = pock.load(pock.compile(model, (X,), (labels,), loss=loss).save(tmp_path / "m.pock"), threads=1)
    given = labels.numpy().copy()
    expected = loss(model(X), labels.clone()).item()
    assert session.train_step(X.numpy(), given) == pytest.approx(expected, rel=1e-5)
    assert given.tolist() == labels.tolist() == [0, 2, 1, 1, 2]


def _shift_register(self: Model, x: torch.Tensor) -> torch.Tensor:
    """Both buffers become what was in another buffer or in the input."""
    result = self.layer(x * self.old + self.new)
    self.old.copy_(self.new)
    self.new.copy_(x)
    return result


def _swap(self: Model, x: torch.Tensor) -> torch.Tensor:
    old = self.old.clone()
    self.old.copy_(self.new)
    self.new.copy_(old)
    return self.layer(x * self.old)


def _from_parameter(self: Model, x: torch.Tensor) -> torch.Tensor:
    result = self.layer(x + self.old)
    with torch.no_grad():
        self.old.copy_(self.layer.weight.mean(0).expand(5, 4))
        self.new.copy_(self.old)
    return result


@pytest.mark.parametrize("forward", [_shift_register, _swap, _from_parameter])
def test_buffers_that_become_other_buffers_and_inputs(forward: Callable, tmp_path: Path) -> None:
    model = Model(forward, old=torch.ones(5, 4), new=torch.full((5, 4), 2.0))
    assert_trains_as_torch(model, (X,), (X.numpy(),), tmp_path)


@pytest.mark.parametrize(
    "inputs, words",
    [
        ((X.to(torch.complex64),), ["'input0'", "complex64", "convert it"]),
        ((X.to(torch.uint16),), ["'input0'", "uint16"]),
        (({"a": X.to_sparse()},), ["'input0.a'", "dense"]),
        ((X[:0],), ["'input0'", "[0, 4]", "empty batch"]),
        (({"a": X.numpy()},), ["'input0.a'", "ndarray"]),
        (({"a.b": X, "a": {"b": X}},), ["two inputs", "input0.a.b"]),
        ((None, 3), ["input 0 is a NoneType", "torch tensor"]),
    ],
)
def test_examples_that_no_program_can_take(inputs: tuple, words: list[str]) -> None:
    with pytest.raises(pock.PockError) as caught:
        pock.compile(Model(lambda self, x: self.layer(x)), inputs, (Y,), loss="mse")
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_predictions_that_differ_in_constants_alone() -> None:
    """A session could not tell them apart."""
    model = Model(lambda self, x, flag: self.layer(x) if flag else -self.layer(x))
    with pytest.raises(pock.PockError, match="predict_inputs have the same shapes"):
        pock.compile(model, (X, True), (Y,), loss="mse", predict_inputs=[(X, True), (X, False)])
