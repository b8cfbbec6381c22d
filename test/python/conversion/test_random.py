"""Conversions of ops that draw random numbers: which streams they use, and what they make of the numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.conversions import RANDOM, recorded_ops
from support.threefry import kept, uniform
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock

SEED, SHAPE, RATE = 3, (50, 40), 0.4


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


def test_every_op_is_exported(drawn: tuple[list[np.ndarray], set[str]]) -> None:
    assert drawn[1] >= RANDOM
