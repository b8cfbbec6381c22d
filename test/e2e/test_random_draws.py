"""Models that draw random numbers, given our numbers on PyTorch's side."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from support.own_draws import OwnDraws
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock

SEED = 7


class Dropping(nn.Module):
    """Every dropout but the plain one, and activations that draw; in evaluation mode none of them does."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv1d(3, 4, 1)
        self.layers = nn.Sequential(
            nn.RReLU(),
            nn.Dropout1d(0.25),
            nn.AlphaDropout(0.25),
            nn.FeatureAlphaDropout(0.5),
            nn.Dropout(0.25, inplace=True),
            nn.RReLU(0.2, 0.6, inplace=True),
        )
        self.head = nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.layers(self.stem(x))
        if self.training:  # stochastic depth
            x = x + x * torch.floor(torch.rand(len(x), 1, 1) + 0.75)
        return self.head(x.mean(2))


class Sampling(nn.Module):
    """Samples as variational autoencoders, vector quantizers, masked autoencoders and policies draw them."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.head = nn.Linear(4, 8), nn.Linear(4, 3)
        self.codes, self.places = nn.Embedding(4, 4), nn.Embedding(9, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean, deviation = self.inner(x).chunk(2, -1)
        latent = mean + torch.exp(0.5 * deviation) * torch.randn_like(deviation)
        hard = F.gumbel_softmax(latent, tau=0.7, hard=True) @ self.codes.weight
        mixed = F.gumbel_softmax(latent) @ self.codes.weight
        picked = self.codes(torch.multinomial(latent.softmax(-1).flatten(0, 1), 1).view(x.shape[:2]))
        several = self.codes(torch.multinomial(latent[0].softmax(-1), 6, replacement=True)).mean(1)
        order = torch.randperm(x.shape[1])
        masked = torch.where(torch.bernoulli(mean.sigmoid()) > 0, hard, mixed)[:, order[: len(order) // 2 + 1]]
        shifted = masked + self.places(torch.randint(2, 9, masked.shape[:2]))
        noise = torch.normal(mean, 0.1).mean() + torch.empty_like(mean).uniform_(-1, 1).mean()
        return self.head(shifted.mean(1) + picked.mean(1) + several.mean(0)) + noise


PLAIN = {"Dropping": (1, 2, 3, 4), "Sampling": ()}
"""The streams of draws that torch.export gives as such, not as dropout."""


@pytest.mark.parametrize(("model", "shape"), [(Dropping(), (5, 3, 4)), (Sampling(), (5, 6, 4))], ids=list(PLAIN))
def test_trains_as_torch_does_with_the_same_numbers(model: nn.Module, shape: tuple, tmp_path: Path) -> None:
    torch.manual_seed(0)
    reference = copy.deepcopy(model.train())
    batches = [(torch.randn(shape), torch.randint(0, 3, (5,))) for _ in range(3)]
    step = pock.compile(model, batches[0][:1], batches[0][1:], optimizer=pock.SGD(lr=0.2), seed=SEED)
    session = pock.load(step.save(tmp_path / "model.pock"), threads=1)
    optimizer = torch.optim.SGD(reference.parameters(), lr=0.2)
    for index, (x, classes) in enumerate(batches):
        optimizer.zero_grad()
        with OwnDraws(SEED, index, PLAIN[type(model).__name__]):
            loss = F.cross_entropy(reference(x.clone()), classes)
        loss.backward()
        optimizer.step()
        assert session.train_step(x.numpy(), classes.numpy()) == pytest.approx(loss.item(), rel=1e-5)
    for name, value in reference.state_dict().items():
        np.testing.assert_allclose(session.state_dict()[name], value.numpy(), rtol=1e-4, atol=1e-5, err_msg=name)


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda x: x + torch.randint(0, 2**25, (4,)), ["aten.randint", "33554432 possible ones", "16777216"]),
        (lambda x: torch.poisson(x.exp()), ["aten.poisson"]),
        (lambda x: F.fractional_max_pool2d(x[None, None], 2, output_size=2), ["aten.fractional_max_pool2d"]),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(draw, words: list[str]) -> None:
    class Drawing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(4, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return draw(self.layer(x)).mean()

    with pytest.raises(pock.PockError) as caught:
        pock.compile(Drawing(), (torch.randn(4, 4),), loss=None, optimizer=pock.SGD(lr=0.1))
    for word in [*words, "test_random_draws.py"]:
        assert word in str(caught.value)
