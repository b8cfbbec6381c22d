"""Models in training mode: batch normalisation with running statistics, and dropout."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from support.threefry import kept
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock

from .compare import assert_agrees, train_both

RATE = 0.25


class NormedCnn(nn.Module):
    """Convolutions (one depthwise) and a head with batch normalisation of images and of vectors."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU6())
        self.block = nn.Sequential(
            nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False), nn.BatchNorm2d(8, momentum=0.3, eps=1e-3), nn.ReLU()
        )
        self.head = nn.Sequential(nn.Linear(8, 6, bias=False), nn.BatchNorm1d(6, affine=False), nn.Linear(6, 4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        return self.head((x + self.block(x)).mean((2, 3)))


class Dropped(nn.Module):
    """Dropout before and after an attention that drops, too."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.after = nn.Dropout(RATE), nn.Dropout(RATE)
        self.project, self.out = nn.Linear(8, 24), nn.Linear(8, 4)
        self.masks: list[np.ndarray] | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self._drop(self.before, x)
        query, key, value = self.project(x).chunk(3, -1)
        if self.masks is None:
            x = F.scaled_dot_product_attention(query, key, value, dropout_p=RATE if self.training else 0.0)
        else:
            x = self._drop(None, (query @ key.mT / 8**0.5).softmax(-1)) @ value
        return self._drop(self.after, self.out(x).mean(1))

    def _drop(self, module: nn.Module | None, x: torch.Tensor) -> torch.Tensor:
        """As the module does, or by the next of the given masks."""
        if self.masks is None:
            assert module is not None
            return module(x)
        return x * torch.tensor(self.masks.pop(0)) / (1 - RATE)


def _images() -> tuple:
    return (2 * torch.randn(6, 3, 12, 12) + 1,), (torch.randint(0, 4, (6,)),)


@pytest.mark.parametrize("scheme", ["full", "bias"])
def test_batch_norm_trains_and_keeps_its_statistics(scheme: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    batches = [_images() for _ in range(5)]
    run = train_both(
        NormedCnn().train(),
        batches,
        tmp_path,
        optimizer=pock.SGD(lr=0.1, momentum=0.9),
        torch_optimizer=lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
        scheme=scheme,
    )
    assert_agrees(run)
    state = run.session.state_dict()
    for name, buffer in run.reference.named_buffers():
        np.testing.assert_allclose(state[name], buffer.numpy(), rtol=1e-4, atol=1e-5, err_msg=name)
    assert state["stem.1.num_batches_tracked"] == 5
    (images,), _ = batches[0]
    expected = run.reference.eval()(images).detach().numpy()
    np.testing.assert_allclose(run.session.predict(images), expected, rtol=1e-3, atol=1e-4)
    assert run.session.measured_peak_bytes <= 1.01 * run.step.memory.planned_peak_bytes


def test_running_statistics_are_in_the_checkpoint(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = NormedCnn().train()
    step = pock.compile(model, *_images(), optimizer=pock.SGD(lr=0.1))
    session = pock.load(step.save(tmp_path / "model.pock"), threads=1)
    (images,), (classes,) = _images()
    session.train_step(images, classes)
    session.save_checkpoint(tmp_path / "checkpoint.safetensors")
    losses = [session.train_step(images, classes) for _ in range(2)]
    other = pock.load(tmp_path / "model.pock", threads=1)
    other.load_checkpoint(tmp_path / "checkpoint.safetensors")
    assert [other.train_step(images, classes) for _ in range(2)] == losses
    state, resumed = session.state_dict(), other.state_dict()
    for name in state:
        np.testing.assert_array_equal(state[name], resumed[name], err_msg=name)
    copy.deepcopy(model).load_state_dict({name: torch.tensor(value) for name, value in state.items()}, strict=True)


def test_frozen_batch_norm_is_folded(tmp_path: Path) -> None:
    """With running statistics, behind convolutions that are frozen, too: the results stay, per-pixel scaling goes."""
    torch.manual_seed(0)
    model = NormedCnn().train()
    for _ in range(3):
        model(_images()[0][0])
    scheme = pock.Scheme("head", (pock.schemes.Rule("head.2*"),))
    run = train_both(
        model.eval(),
        [_images() for _ in range(2)],
        tmp_path,
        optimizer=pock.SGD(lr=0.1),
        torch_optimizer=lambda parameters: torch.optim.SGD(parameters, lr=0.1),
        scheme=scheme,
    )
    assert_agrees(run)
    (images,), _ = _images()
    expected = run.reference(images).detach().numpy()
    np.testing.assert_allclose(run.session.predict(images), expected, rtol=1e-4, atol=1e-5)


@pytest.fixture(scope="module")
def dropping(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dropped, Path]:
    torch.manual_seed(0)
    model = Dropped().train()
    step = pock.compile(model, *_sequences(0), optimizer=pock.SGD(lr=0.5), seed=11)
    return model, step.save(tmp_path_factory.mktemp("dropping") / "model.pock")


def _sequences(seed: int) -> tuple:
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(3, 5, 8, generator=generator),), (torch.randint(0, 4, (3,), generator=generator),)


def _losses(session: pock.Session, steps: range) -> list[float]:
    return [session.train_step(*inputs, *targets) for inputs, targets in map(_sequences, steps)]


def test_dropout_trains_as_torch_does_with_the_same_masks(dropping: tuple[Dropped, Path]) -> None:
    model, path = dropping
    session, reference = pock.load(path, threads=1), copy.deepcopy(model)
    optimizer = torch.optim.SGD(reference.parameters(), lr=0.5)
    for step in range(4):
        (x,), (classes,) = _sequences(step)
        shapes = ((3, 5, 8), (3, 5, 5), (3, 4))
        reference.masks = [kept(11, step, stream, shape, RATE) for stream, shape in enumerate(shapes)]
        loss = F.cross_entropy(reference(x), classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        assert session.train_step(x, classes) == pytest.approx(loss.item(), rel=1e-5)
    for name, value in reference.state_dict().items():
        np.testing.assert_allclose(session.state_dict()[name], value.numpy(), rtol=1e-4, atol=1e-5, err_msg=name)


def test_the_seed_decides_the_run(dropping: tuple[Dropped, Path]) -> None:
    _, path = dropping
    losses = _losses(pock.load(path, threads=1), range(3))
    again, other, back = (pock.load(path, threads=1) for _ in range(3))
    other.set_seed(12)
    back.set_seed(12)
    back.set_seed(11)
    assert _losses(again, range(3)) == losses
    assert _losses(back, range(3)) == losses
    assert all(a != b for a, b in zip(_losses(other, range(3)), losses, strict=True))
    # One batch twice: the draws of two steps differ.
    again.set_lr(0.0)
    assert again.train_step(*_sequences(0)[0], *_sequences(0)[1]) != again.train_step(
        *_sequences(0)[0], *_sequences(0)[1]
    )
    with pytest.raises(pock.PockError, match="seed"):
        again.set_seed(-1)


def test_a_checkpoint_continues_the_draws(dropping: tuple[Dropped, Path], tmp_path: Path) -> None:
    _, path = dropping
    session = pock.load(path, threads=1)
    session.set_seed(5)
    _losses(session, range(2))
    session.save_checkpoint(tmp_path / "checkpoint.safetensors")
    losses = _losses(session, range(2, 4))
    other = pock.load(path, threads=1)
    other.load_checkpoint(tmp_path / "checkpoint.safetensors")
    assert _losses(other, range(2, 4)) == losses


def test_prediction_drops_nothing(dropping: tuple[Dropped, Path]) -> None:
    model, path = dropping
    (x,), _ = _sequences(0)
    expected = copy.deepcopy(model).eval()(x).detach().numpy()
    np.testing.assert_allclose(pock.load(path, threads=1).predict(x), expected, rtol=1e-5, atol=1e-6)
