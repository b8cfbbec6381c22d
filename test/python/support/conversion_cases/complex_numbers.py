"""Complex numbers, which become pairs of real ones, and Fourier transforms."""

from __future__ import annotations

import torch
from support.conversions import Case, normal
from torch.nn import functional

X, Y = normal(2, 4, 6), normal(2, 4, 6, seed=1)
TURNS = torch.polar(torch.ones(4, 3), normal(4, 3, seed=2))


def rotary(x: torch.Tensor, turns: torch.Tensor = TURNS) -> torch.Tensor:
    """Rotary position embeddings as the first Llama wrote them."""
    pairs = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2))
    return torch.view_as_real(pairs * turns).flatten(-2).type_as(x)


def computed_rotary(x: torch.Tensor) -> torch.Tensor:
    angles = torch.outer(torch.arange(4.0), 1.0 / 100.0 ** (torch.arange(3.0) / 3))
    return rotary(x, torch.polar(torch.ones_like(angles), angles))


def parts(z: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return z.real, z.imag


def shapes(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, ...]:
    z = torch.complex(x, y)
    z = torch.cat([z.transpose(1, 2)[:, 1:4], z.new_zeros(2, 1, 4)], 1).reshape(2, -1)
    return parts(torch.stack([z.roll(1, 1), -z]).sum(0).mean(0))


CASES = [
    Case("rotary", rotary, [X]),
    Case("rotary-computed", computed_rotary, [X]),
    Case("product", lambda x, y: parts(torch.complex(x, y) * torch.complex(y, x).conj()), [X, Y]),
    Case("quotient", lambda x, y: parts(torch.complex(x, y) / torch.complex(y, x + 3)), [X, Y]),
    Case("by-real", lambda x, y: parts(torch.complex(x, y) * y + x - 2 * torch.complex(y, y) / 3), [X, Y]),
    Case("by-numbers", lambda x, y: parts(1.5 - 2 * torch.complex(x, y) / 4 + 1), [X, Y]),
    Case("matrices", lambda x, y: parts(torch.complex(x, y) @ torch.complex(y, x).mT @ x.to(torch.complex64)), [X, Y]),
    Case("abs", lambda x, y: torch.complex(x.relu(), y.relu()).abs(), [X, Y]),
    Case("exp", lambda x, y: parts(torch.complex(x, y).exp()), [X, Y], tolerance=4e-6),
    Case("shapes", shapes, [X, Y]),
    Case("fnet", lambda x: torch.fft.fft(torch.fft.fft(x, dim=-1), dim=-2).real, [X]),
    Case("fft2", lambda x: parts(torch.fft.fft2(x)), [X]),
    Case("fftn", lambda x: parts(torch.fft.ifftn(torch.fft.fftn(x, dim=(0, 2)) * x, dim=(2, 0))), [X]),
    Case("rfft", lambda x: parts(torch.fft.rfft(x, norm="ortho")), [X]),
    Case("irfft", lambda x, y: torch.fft.irfft(torch.complex(x, y)[..., :4], n=6), [X, Y]),
    Case(
        "irfft-of-odd-length", lambda x, y: torch.fft.irfft(torch.complex(x, y)[..., :3], n=5, norm="forward"), [X, Y]
    ),
    Case("rfft2", lambda x: torch.fft.irfft2(torch.fft.rfft2(x, norm="ortho").conj(), s=(4, 6), norm="ortho"), [X]),
    Case("hfft", lambda x, y: torch.fft.hfft(torch.complex(x, y)[..., :4], n=6), [X, Y]),
    Case(
        "padded-and-shifted",
        lambda x: parts(torch.fft.fftshift(torch.fft.fft(functional.pad(torch.fft.fft(x), (0, 2))))),
        [X],
    ),
]
