"""Conversions of ops that draw random numbers: which streams they use, and what they make of the numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.conversions import RANDOM, recorded_ops
from support.own_draws import OwnDraws
from support.threefry import kept, uniform
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock

SEED, SHAPE, RATE = 3, (50, 40), 0.4
PROBABILITIES = torch.linspace(0.05, 0.95, 30).reshape(5, 6)


class Noise(nn.Module):
    """Draws by every op that does, in evaluation mode, too."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, x: torch.Tensor, probabilities: torch.Tensor) -> tuple[torch.Tensor, ...]:
        x = x * self.scale
        return (
            F.dropout(x, RATE, training=True),
            F.dropout1d(x[:, :, None], RATE, training=True)[:, :, 0],
            torch.bernoulli(probabilities),
            torch.empty_like(x).bernoulli_(RATE),
            torch.rand(SHAPE),
            torch.rand_like(x),
            torch.randn(SHAPE),
            torch.randn_like(x),
        )


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[np.ndarray], set[str]]:
    """The results of the second prediction, and the names of the exported ops."""
    folder = tmp_path_factory.mktemp("noise")
    inputs = (torch.ones(SHAPE), torch.full(SHAPE, RATE))
    loss = lambda outputs: sum(output.sum() for output in outputs)  # noqa: E731
    with recorded_ops() as exported:
        step = pock.compile(Noise(), inputs, loss=loss, seed=SEED)
    session = pock.load(step.save(folder / "noise.pock"), threads=1)
    session.predict(*inputs)
    return list(session.predict(*inputs)), exported


def test_every_op_draws_from_its_own_stream(drawn: tuple[list[np.ndarray], set[str]]) -> None:
    numbers = [uniform(SEED, 1, stream, SHAPE) for stream in range(10)]
    dropped = kept(SEED, 1, 0, SHAPE, RATE) / np.float32(1 - RATE)
    channels = (numbers[1] < 1 - RATE) / np.float32(1 - RATE)
    normals = [
        np.sqrt(-2 * np.log(1 - numbers[i])) * np.cos(2 * np.pi * numbers[i + 1].astype(np.float64)) for i in (6, 8)
    ]
    expected = [dropped, channels, numbers[2] < RATE, numbers[3] < RATE, numbers[4], numbers[5], *normals]
    for ours, theirs in zip(drawn[0], expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-6, atol=2e-6)


def test_normal_numbers_have_mean_0_and_variance_1(drawn: tuple[list[np.ndarray], set[str]]) -> None:
    for numbers in drawn[0][-2:]:
        assert abs(numbers.mean()) < 5 / np.sqrt(numbers.size)
        assert abs(numbers.var() - 1) < 5 * np.sqrt(2 / numbers.size)


class Draws(nn.Module):
    """Draws by the other ops that do; what eager PyTorch makes of the same numbers is expected."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        x = x * self.scale
        empty = torch.empty_like(x)
        return (
            empty.clone().bernoulli_(x),
            empty.clone().uniform_(-2, 3),
            empty.clone().normal_(1, 2),
            torch.normal(1.0, 2.0, (3, 4)),
            torch.normal(x, x + 1),
            torch.normal(x, 2.0),
            torch.normal(1.0, x),
            empty.clone().log_normal_(0.5, 0.25),
            empty.clone().exponential_(2),
            empty.clone().cauchy_(1, 0.5),
            empty.clone().geometric_(0.3),
            torch.randint(7, (40,)),
            torch.randint(-3, 2**24 - 3, (40,), dtype=torch.int64),
            torch.randint_like(x, 5),
            torch.randint_like(x, -5, 5),
            torch.randperm(11),
            torch.multinomial(x, 3),
            torch.multinomial(x, 1),
            torch.multinomial(torch.tensor([0.0, 2.0, 0.0, 1.0, 0.0]), 50, replacement=True),
            F.rrelu(x - 0.5, 0.2, 0.4, training=True),
            F.rrelu(x - 0.5, 0.2, 0.4),
        )


@pytest.fixture(scope="module")
def other_draws(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[np.ndarray], set[str]]:
    """The results of a prediction, and the names of the exported ops."""
    loss = lambda outputs: sum(output.sum() for output in outputs)  # noqa: E731
    with recorded_ops() as exported:
        step = pock.compile(Draws(), (PROBABILITIES,), loss=loss, optimizer=pock.SGD(lr=0.1), seed=SEED)
    session = pock.load(step.save(tmp_path_factory.mktemp("draws") / "draws.pock"), threads=1)
    return list(session.predict(PROBABILITIES)), exported


def test_draws_of_other_distributions(other_draws: tuple[list[np.ndarray], set[str]]) -> None:
    results, _ = other_draws
    with OwnDraws(SEED, 0, plain=range(99)):
        expected = Draws().eval()(PROBABILITIES)
    for index, (ours, theirs) in enumerate(zip(results, expected, strict=True)):
        assert ours.dtype == theirs.detach().numpy().dtype
        np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=4e-6, atol=4e-6, err_msg=str(index))
    assert sorted(results[15]) == list(range(11))
    assert set(results[18]) == {1, 3}


def test_every_op_is_exported(
    drawn: tuple[list[np.ndarray], set[str]], other_draws: tuple[list[np.ndarray], set[str]]
) -> None:
    assert drawn[1] | other_draws[1] >= RANDOM
