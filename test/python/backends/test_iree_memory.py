"""What IREE makes of a step's memory: one execution, no copies, one arena that is packed well, and nothing besides."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from support.stream_programs import StreamStep, stream_step
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock
from pock_mlir.backends.iree.compiler import transient_packing
from pock_mlir.passes.analyses.packing import Buffer, Packing, largest_live_set, pack


class Branches(nn.Module):
    """Padded, strided and depthwise convolutions, branches that are concatenated, a slice and a residual sum."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.left, self.right = nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.Conv2d(8, 8, 1)
        self.mix, self.head = nn.Conv2d(16, 16, 3, padding=1), nn.Linear(8, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.stem(x))
        both = torch.cat([F.relu(self.left(x)), self.right(x)], 1)
        both = both + F.relu(self.mix(both))
        return self.head(F.max_pool2d(both, 2).mean((2, 3))[:, 4:12])


class Tied(nn.Module):
    """A layer of a language model whose output matrix is its embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.norm = nn.Embedding(64, 16), nn.LayerNorm(16)
        self.projection, self.inner, self.outer = nn.Linear(16, 48), nn.Linear(16, 32), nn.Linear(32, 16)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.embedding(ids)
        q, k, v = (t.unflatten(2, (2, 8)).transpose(1, 2) for t in self.projection(self.norm(x)).chunk(3, 2))
        x = x + F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
        x = x + self.outer(F.gelu(self.inner(x)))
        return F.linear(x, self.embedding.weight).flatten(0, 1)


def images(batch: int) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(batch, 3, 16, 16), torch.randint(0, 4, (batch,))


def sentences(batch: int) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randint(0, 64, (batch, 8)), torch.randint(0, 64, (batch * 8,))


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Sequence[Buffer], Packing]]:
    """The arenas that are packed during a test."""
    arenas = []

    def recording(buffers: Sequence[Buffer]) -> Packing:
        arenas.append((buffers, pack(buffers)))
        return arenas[-1][1]

    monkeypatch.setattr(transient_packing, "pack", recording)
    return arenas


def compiled(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor], dispatches: bool) -> StreamStep:
    imported = pock.import_model(model, batch[:1], batch[1:])
    return stream_step(imported.train("full", pock.AdamW()).lower(dispatches=dispatches))


@pytest.mark.parametrize("dispatches", [False, True], ids=["cut by IREE", "cut here"])
@pytest.mark.parametrize(("model", "batch"), [(Branches, images), (Tied, sentences)])
def test_a_step_is_one_execution_in_one_arena(
    model: Callable[[], nn.Module], batch: Callable, dispatches: bool, packed: list
) -> None:
    torch.manual_seed(0)
    step = compiled(model(), batch(2), dispatches)
    assert step.ops["cmd.execute"] == 1
    # Nothing is moved but by the dispatches of the model's own slices, pads and transpositions.
    assert step.ops["cmd.copy"] == 0
    # The transients and the loss; no state gets a new buffer.
    assert step.allocated == {"transient": 1, "external": 1}
    # That of the prediction, too.
    assert len(packed) == 2
    for buffers, packing in packed:
        assert packing.size <= 1.02 * largest_live_set(buffers)


def test_of_a_single_image_only_padding_is_copied() -> None:
    """IREE pads one image, which is contiguous, by a fill and a copy; others by a dispatch."""
    torch.manual_seed(0)
    step = compiled(Branches(), images(1), dispatches=False)
    assert step.ops["cmd.execute"] == 1
    assert step.allocated == {"transient": 1, "external": 1}
    assert step.ops["cmd.copy"] <= step.ops["cmd.fill"]
