"""Parameters that are views of one memory train as one, as PyTorch's optimizers train them."""

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

from .forms import X, assert_trains_as_torch

Prepare = Callable[["Shared"], object]


class Shared(nn.Module):
    """Two layers and a vector, which `prepare` makes views of one memory."""

    def __init__(self, prepare: Prepare) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second = nn.Linear(4, 4, bias=False), nn.Linear(4, 4)
        self.third = nn.Conv1d(2, 2, 4, bias=False)
        prepare(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.linear(torch.tanh(self.first(x)), self.second.weight.reshape(4, 4), self.second.bias)
        return y + self.third(torch.stack([x, y], 1)).sum(1)


def _tie(view: Callable[[torch.Tensor], torch.Tensor]) -> Prepare:
    def prepare(m: Shared) -> None:
        m.second.weight = nn.Parameter(view(m.first.weight.data))

    return prepare


def _three(m: Shared) -> None:
    m.second.weight = nn.Parameter(m.first.weight.data.t())
    m.third.weight = nn.Parameter(m.first.weight.data.view(2, 4, 2).transpose(1, 2))


def _transposed_root(m: Shared) -> None:
    """The first is not contiguous."""
    m.first.weight = nn.Parameter(torch.randn(4, 4).t())
    m.third.weight = nn.Parameter(m.first.weight.data.t().view(2, 2, 4))


def _frozen_view(m: Shared) -> None:
    _tie(torch.t)(m)
    m.second.weight.requires_grad_(False)


def _frozen_root(m: Shared) -> None:
    _tie(torch.t)(m)
    m.first.weight.requires_grad_(False)


def _tied_view(m: Shared) -> None:
    """A view with two names."""
    _tie(torch.t)(m)
    m.again = nn.Linear(4, 4)
    m.again.weight = m.second.weight


def _buffer(m: Shared) -> None:
    m.register_buffer("weight", m.first.weight.data.view(16))


PREPARED = {
    "same": _tie(lambda w: w.view(4, 4)),
    "transpose": _tie(torch.t),
    "reshaped": _tie(lambda w: w.view(2, 8)),
    "reshaped_transpose": _tie(lambda w: w.t().unsqueeze(1)),
    "three": _three,
    "transposed_root": _transposed_root,
    "frozen_view": _frozen_view,
    "frozen_root": _frozen_root,
    "tied_view": _tied_view,
    "buffer": _buffer,
}
SGD = pock.SGD(lr=0.1, momentum=0.9, weight_decay=0.01)


def _torch_sgd(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01)


def _torch_steps(model: nn.Module, optimizer: torch.optim.Optimizer, steps: int, clip: float = 0.0) -> list[float]:
    losses = []
    for _ in range(steps):
        loss = F.mse_loss(model(X), X)
        optimizer.zero_grad()
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        losses.append(loss.item())
    return losses


def _session(model: nn.Module, folder: Path, **options: object) -> pock.Session:
    options = {"optimizer": SGD, **options}
    step = pock.compile(model, (X,), (X,), "mse", **options)  # pyright: ignore[reportArgumentType]
    return pock.load(step.save(folder / "m.pock"), threads=1)


def _steps(session: pock.Session, steps: int) -> list[float]:
    return [session.train_step(X.numpy(), X.numpy()) for _ in range(steps)]


def _assert_state(session: pock.Session, reference: nn.Module) -> None:
    state = session.state_dict()
    assert set(state) == set(reference.state_dict())
    for name, expected in reference.state_dict().items():
        np.testing.assert_allclose(state[name], expected.numpy(), rtol=1e-5, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("name", PREPARED)
def test_views_of_one_memory_train_as_one(name: str, tmp_path: Path) -> None:
    reference = Shared(PREPARED[name])
    session = _session(Shared(PREPARED[name]), tmp_path, verify="compiled")
    expected = _torch_steps(reference, _torch_sgd(reference), 3)
    assert _steps(session, 3) == pytest.approx(expected, rel=1e-5)
    _assert_state(session, reference)
    np.testing.assert_allclose(session.predict(X.numpy()), reference(X).detach().numpy(), rtol=1e-4, atol=1e-5)


def test_what_each_update_sees_is_what_the_one_before_left(tmp_path: Path) -> None:
    """With a large weight decay the order of the two updates shows: that of the model, not of the backward pass."""
    reference = Shared(_tie(torch.t))
    optimizer = torch.optim.AdamW(reference.parameters(), lr=0.1, weight_decay=3.0)
    session = _session(Shared(_tie(torch.t)), tmp_path, optimizer=pock.AdamW(lr=0.1, weight_decay=3.0))
    assert _steps(session, 3) == pytest.approx(_torch_steps(reference, optimizer, 3), rel=1e-5)
    _assert_state(session, reference)


def test_clipped_gradients_of_views_count_each(tmp_path: Path) -> None:
    reference = Shared(_three)
    session = _session(
        Shared(_three), tmp_path, optimizer=pock.SGD(lr=0.1, momentum=0.9, weight_decay=0.01, clip_norm=0.1)
    )
    assert _steps(session, 3) == pytest.approx(_torch_steps(reference, _torch_sgd(reference), 3, clip=0.1), rel=1e-5)
    _assert_state(session, reference)


def test_accumulated_gradients_of_views(tmp_path: Path) -> None:
    """Two equal batches: the mean of their gradients is that of one."""
    reference = Shared(_three)
    session = _session(
        Shared(_three), tmp_path, optimizer=pock.SGD(lr=0.1, momentum=0.9, weight_decay=0.01, accumulate=2)
    )
    expected = _torch_steps(reference, _torch_sgd(reference), 3)
    assert _steps(session, 6)[::2] == pytest.approx(expected, rel=1e-5)
    _assert_state(session, reference)


@pytest.mark.parametrize("master_weights", [True, False])
def test_views_in_sixteen_bits(master_weights: bool, tmp_path: Path) -> None:
    reference = Shared(_three)
    session = _session(Shared(_three), tmp_path, precision=pock.Precision("bf16", master_weights=master_weights))
    assert _steps(session, 3) == pytest.approx(_torch_steps(reference, _torch_sgd(reference), 3), rel=3e-2)
    state = session.state_dict()
    assert np.array_equal(state["first.weight"].T, state["second.weight"])


@pytest.mark.parametrize("trained", ["first.*", "second.*"])
def test_a_scheme_trains_one_of_them(trained: str, tmp_path: Path) -> None:
    reference = Shared(_tie(torch.t))
    session = _session(Shared(_tie(torch.t)), tmp_path, scheme=pock.Scheme("one", [pock.Rule(trained)]))
    for name, parameter in reference.named_parameters():
        parameter.requires_grad_(name.startswith(trained[:-1]))
    assert _steps(session, 3) == pytest.approx(_torch_steps(reference, _torch_sgd(reference), 3), rel=1e-5)
    _assert_state(session, reference)


def test_a_checkpoint_has_all_names_and_goes_on(tmp_path: Path) -> None:
    reference = Shared(_three)
    optimizer = _torch_sgd(reference)
    first = _session(Shared(_three), tmp_path)
    _steps(first, 2)
    _torch_steps(reference, optimizer, 2)
    first.save_checkpoint(tmp_path / "c.safetensors")
    second = pock.load(tmp_path / "m.pock", threads=1)
    second.load_checkpoint(tmp_path / "c.safetensors")
    assert _steps(second, 2) == pytest.approx(_torch_steps(reference, optimizer, 2), rel=1e-5)
    _assert_state(second, reference)


def test_a_state_dictionary_is_taken_under_any_name(tmp_path: Path) -> None:
    session = _session(Shared(_three), tmp_path)
    values = copy.deepcopy(Shared(_three)).state_dict()
    new = torch.randn(4, 4)
    session.load_state_dict({"second.weight": new.numpy()}, strict=False)
    state = session.state_dict()
    assert np.array_equal(state["second.weight"], new.numpy())
    assert np.array_equal(state["first.weight"], new.t().numpy())
    assert np.array_equal(state["third.weight"], new.t().reshape(2, 4, 2).transpose(1, 2).numpy())
    session.load_state_dict({name: value.numpy() for name, value in values.items()})
    assert np.array_equal(session.state_dict()["first.weight"], values["first.weight"].numpy())
    with pytest.raises(pock.PockError, match=r"'first.weight' and 'second.weight' are one tensor"):
        session.load_state_dict({"first.weight": new.numpy(), "second.weight": new.numpy()}, strict=False)
    with pytest.raises(pock.PockError, match=r"'third.weight' is float32\[16\], expected float32\[2, 2, 4\]"):
        session.load_state_dict({"third.weight": np.zeros(16, np.float32)}, strict=False)


def test_a_change_in_forward_of_shared_memory_is_refused() -> None:
    class Changing(Shared):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            with torch.no_grad():
                self.first.weight.mul_(0.9)
            return super().forward(x)

    with pytest.raises(
        pock.PockError, match=r"forward changes .* one memory with others \('first.weight', 'second.weight'\)"
    ):
        pock.compile(Changing(_tie(torch.t)), (X,), (X,), "mse", target="x86-64-v3")


class Tied(nn.Module):
    """What forward changes in place has two names."""

    def __init__(self, tie: str) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.a: Any = nn.Linear(4, 4)
        self.b: Any = nn.Linear(4, 4)
        self.seen: torch.Tensor
        self.register_buffer("seen", torch.ones(4))
        self.c: Any = nn.Module()
        self.c.register_buffer("seen", torch.ones(4))
        if tie == "parameter":
            self.b.weight = self.a.weight
        elif tie == "module":
            self.b = self.a
        elif tie == "list":
            self.b = nn.ModuleList([self.a, self.a])[1]
        else:
            self.c.seen = self.seen

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            self.b.weight.clamp_(-0.3, 0.3)
            self.c.seen.mul_(0.9).add_(x.mean(0))
        return self.b(torch.tanh(self.a(x))) * self.seen


@pytest.mark.parametrize("tie", ["parameter", "module", "list", "buffer"])
def test_what_is_tied_and_changed_in_forward(tie: str, tmp_path: Path) -> None:
    assert_trains_as_torch(Tied(tie), (X,), (X.numpy(),), tmp_path, target=X)
