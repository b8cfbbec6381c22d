"""Models that compute with complex numbers: rotary embeddings in every place where they are kept, Fourier mixing."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import pock_mlir as pock

from .compare import assert_agrees, train_both


class Rotating(nn.Module):
    """Turns as a buffer that is not saved, as a plain attribute and computed; then attention and Fourier transforms."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.head = nn.Linear(6, 6), nn.Linear(6, 3)
        angles = torch.outer(torch.arange(9.0), 1.0 / 100.0 ** (torch.arange(3.0) / 3))
        self.register_buffer("turns", torch.polar(torch.ones_like(angles), angles), persistent=False)
        self.own = self.turns.clone().conj()
        self.filter = nn.Parameter(torch.randn(4, 6, 2))

    def rotated(self, x: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
        return torch.view_as_real(torch.view_as_complex(x.unflatten(-1, (-1, 2))) * turns[: x.shape[1]]).flatten(2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.inner(x)
        query, key = self.rotated(x, self.turns), self.rotated(x, self.own)
        x = nn.functional.scaled_dot_product_attention(query, key, x)
        x = x + torch.fft.fft2(x, norm="ortho").real
        x = x + torch.fft.irfft(torch.fft.rfft(x, dim=1) * torch.view_as_complex(self.filter), n=6, dim=1)
        return self.head(x.mean(1))


def test_rotary_embeddings_and_fourier_mixing_train_as_in_torch(tmp_path: Path) -> None:
    torch.manual_seed(0)
    run = train_both(
        Rotating(),
        [((torch.randn(3, 6, 6),), (torch.randint(0, 3, (3,)),)) for _ in range(3)],
        tmp_path,
        optimizer=pock.SGD(lr=0.1),
        torch_optimizer=lambda parameters: torch.optim.SGD(parameters, lr=0.1),
    )
    assert_agrees(run)


class Saved(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(6, 6)
        self.register_buffer("turns", torch.ones(3, dtype=torch.complex64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.view_as_real(torch.view_as_complex(self.layer(x).unflatten(-1, (-1, 2))) * self.turns).mean()


class Applied(nn.Module):
    def __init__(self, function) -> None:
        super().__init__()
        self.layer, self.function = nn.Linear(6, 6), function

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.function(self.layer(x)).abs().mean()


NUMBERS = {
    "products": lambda x: (x * 1j + x) * (1 + 2j) - 2j * x,
    "quotients": lambda x: (torch.complex(x, x.tanh()) + 2j) / (3 - 1j),
    "double": lambda x: (x.double() * 1j + 1).real + (1j * x.double()).imag,
}


@pytest.mark.parametrize("name", NUMBERS)
def test_complex_numbers_in_the_code(name: str, tmp_path: Path) -> None:
    x, model = torch.randn(2, 6, generator=torch.Generator().manual_seed(3)), Applied(NUMBERS[name])
    reference = copy.deepcopy(model)
    step = pock.compile(model, (x,), loss=None, optimizer=pock.SGD(lr=0.1))
    session = pock.load(step.save(tmp_path / "m.pock"), threads=1)
    optimizer = torch.optim.SGD(reference.parameters(), lr=0.1)
    for _ in range(3):
        loss = reference(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        assert session.train_step(x.numpy()) == pytest.approx(loss.item(), rel=1e-5)
    for name, expected in reference.state_dict().items():
        np.testing.assert_allclose(session.state_dict()[name], expected.numpy(), rtol=1e-5, atol=1e-6, err_msg=name)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (Saved(), ["buffer 'turns'", "complex", "persistent=False"]),
        (
            Applied(lambda x: torch.add(x * 1j, x * 1j, alpha=2j)),
            ["alpha=1j", "torch.complex", "test_complex_models.py"],
        ),
        (Applied(lambda x: torch.complex(x, x).angle()), ["aten.angle", "complex", "test_complex_models.py"]),
        (Applied(lambda x: torch.fft.fft(x, n=2050).real), ["2050 points", "2048", "test_complex_models.py"]),
    ],
)
def test_what_is_not_done_is_refused_by_name(model: nn.Module, words: list[str]) -> None:
    with pytest.raises(pock.PockError) as caught:
        pock.compile(model, (torch.randn(2, 6),), loss=None, optimizer=pock.SGD(lr=0.1))
    for word in words:
        assert word in str(caught.value), str(caught.value)
