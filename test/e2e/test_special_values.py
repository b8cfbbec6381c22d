"""Models that reach the points where formulas have no value, trained as PyTorch trains them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from .compare import OPTIMIZERS, assert_agrees, train_both

SIZE, LENGTH = 8, 5


class Windowed(nn.Module):
    """Attention under the sum of a window mask and a padding mask, both of -inf: some queries see nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.project, self.head = nn.Linear(SIZE, 3 * SIZE), nn.Linear(SIZE, 3)

    def forward(self, x: torch.Tensor, length: torch.Tensor) -> torch.Tensor:
        q, k, v = self.project(x).chunk(3, -1)
        places = torch.arange(LENGTH)
        window = torch.zeros(LENGTH, LENGTH).masked_fill((places[:, None] - places).abs() > 1, float("-inf"))
        padding = torch.zeros(len(length), 1, LENGTH).masked_fill(places >= length[:, None, None], float("-inf"))
        attended = F.scaled_dot_product_attention(q, k, v, window + padding)
        return self.head((x + attended).mean(1))


class Gated(nn.Module):
    """A weighted sum of layers, one of which has no inputs, of sinc, of a deviation that is 0 and of norms of zeros."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.none, self.head = nn.Linear(SIZE, SIZE), nn.Linear(0, SIZE), nn.Linear(SIZE, 3)
        self.zero = nn.Parameter(torch.zeros(SIZE))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = self.first(x) + self.none(x[:, :0]) + torch.sinc(self.zero) + self.zero.std() + self.zero.norm()
        return self.head(F.normalize(hidden.relu(), dim=-1) * torch.sinc(hidden - hidden.detach()))


class Certain(nn.Module):
    """Probabilities of which some are exactly 0 or 1."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(SIZE, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.hardsigmoid(self.layer(x))


class Similar(nn.Module):
    """Cosines of vectors shorter than the least norm, which the gradient takes for the norm they have."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.table = nn.Linear(SIZE, SIZE), nn.Parameter(torch.randn(3, SIZE))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        short = self.layer(x) * torch.tensor([0.0, 1e-3, 1e-2, 1.0])[:, None]
        return F.cosine_similarity(short[:, None], self.table, dim=-1, eps=0.02) + F.cosine_similarity(
            self.table, x[:3]
        )


def _sequences() -> tuple:
    return (torch.randn(4, LENGTH, SIZE), torch.tensor([5, 2, 1, 0])), (torch.randint(0, 3, (4,)),)


def _rows() -> tuple:
    return (torch.randn(4, SIZE),), (torch.randint(0, 3, (4,)),)


def _probabilities() -> tuple:
    return (8 * torch.randn(4, SIZE),), (torch.randint(0, 2, (4, 3)).float(),)


@pytest.mark.parametrize(
    ("model", "batch", "loss"),
    [
        (Windowed, _sequences, "cross_entropy"),
        (Gated, _rows, "cross_entropy"),
        (Certain, _probabilities, F.binary_cross_entropy),
        (Similar, _rows, "cross_entropy"),
    ],
)
def test_trains_as_pytorch(model, batch, loss, tmp_path):
    torch.manual_seed(0)
    ours, theirs = OPTIMIZERS["sgd"]
    batches = [batch() for _ in range(3)]
    run = train_both(model(), batches, tmp_path, optimizer=ours, torch_optimizer=theirs, loss=loss)
    assert_agrees(run)
    assert all(np.isfinite(value).all() for value in run.session.state_dict().values())


class Doubles(nn.Module):
    """Functions and a recurrent layer on float64 numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.recurrent, self.head = nn.LSTM(SIZE, SIZE, batch_first=True), nn.Linear(SIZE, 3)
        self.double()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden, _ = self.recurrent(x)
        hidden = F.gelu(hidden) + F.gelu(hidden, approximate="tanh") + torch.sin(3 * hidden) * torch.cos(hidden)
        hidden = hidden + torch.erf(hidden) + F.softplus(hidden) + torch.expm1(hidden) + (1 + hidden.abs()) ** 1.7
        return self.head(torch.tanh(hidden[:, -1]))


def test_float64_trains_as_pytorch(tmp_path):
    torch.manual_seed(0)
    ours, theirs = OPTIMIZERS["sgd"]
    batches = [((torch.randn(2, LENGTH, SIZE).double(),), (torch.randn(2, 3).double(),)) for _ in range(3)]
    run = train_both(Doubles(), batches, tmp_path, optimizer=ours, torch_optimizer=theirs, loss="mse")
    assert_agrees(run)
    for ours_, theirs_ in run.outputs:
        np.testing.assert_allclose(ours_, theirs_, rtol=1e-12)
    for loss, reference in run.losses:
        assert loss == pytest.approx(reference, rel=1e-6)
