"""The scheme "lisa:..." trains a few blocks at a time, as PyTorch does with an optimizer that forgets the others."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock
from pock_mlir.errors import CompileError, SchemeError

BLOCKS, ACTIVE, EVERY = 4, 2, 3


class _Model(nn.Module):
    """A layer before, blocks that are alike, and a head."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(5, 6)
        self.blocks = nn.ModuleList(nn.Linear(6, 6) for _ in range(BLOCKS))
        self.head = nn.Linear(6, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(x)
        for block in self.blocks:
            x = x + torch.tanh(block(x))
        return self.head(x)


def test_blocks_are_trained_in_turns(tmp_path):
    """Eight updates, in three periods: every parameter, and the state that a checkpoint continues from."""
    torch.manual_seed(0)
    model, batches = _Model(), [(torch.randn(4, 5), torch.randint(0, 3, (4,))) for _ in range(8)]
    reference = copy.deepcopy(model)
    x, y = batches[0]
    scheme = f"lisa:k={ACTIVE},every={EVERY},seed=1"
    step = pock.compile(model, (x,), (y,), optimizer=pock.AdamW(lr=1e-2), scheme=scheme)
    # Two moments of what is always trained and of two blocks; the rate, two numbers of steps, the blocks.
    always = sum(p.numel() for part in (model.first, model.head) for p in part.parameters())
    of_block = sum(p.numel() for p in model.blocks[0].parameters())
    assert step.memory.state_bytes == 4 * (2 * (always + ACTIVE * of_block) + 3 + ACTIVE)
    session = pock.load(step.save(tmp_path / "model.pock"), threads=1)
    optimizer, seen = torch.optim.AdamW(reference.parameters(), lr=1e-2), set()
    for index, (x, y) in enumerate(batches):
        if index == 4:  # in the middle of a period
            session.save_checkpoint(tmp_path / "c.safetensors")
            session = pock.load(tmp_path / "model.pock", threads=1)
            session.load_checkpoint(tmp_path / "c.safetensors")
        active = session.active_blocks
        assert len(active) == ACTIVE
        seen |= set(active)
        for number, block in enumerate(reference.blocks):
            block.requires_grad_(number in active)
            for p in block.parameters() if index % EVERY == 0 else ():
                optimizer.state.pop(p, None)
        loss = F.cross_entropy(reference(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        assert session.train_step(x, y) == pytest.approx(loss.item(), rel=1e-5)
        state = session.state_dict()
        for name, p in reference.named_parameters():
            np.testing.assert_allclose(state[name], p.detach().numpy(), rtol=1e-4, atol=1e-6, err_msg=f"{index} {name}")
    assert len(seen) > ACTIVE


@pytest.mark.parametrize(
    ("scheme", "optimizer", "error", "message"),
    [
        ("lisa:k=5", None, SchemeError, "k must be between 1 and the model's number of blocks, 4"),
        ("lisa:k=0", None, SchemeError, "k must be an integer of at least 1, got 0"),
        ("lisa:each=3", None, SchemeError, "unknown option 'each'; the options are k, every, seed"),
        ("lisa", pock.SGD(clip_norm=1.0), CompileError, "clip_norm and loss scaling .* look at all gradients"),
    ],
)
def test_what_cannot_be_sampled_is_an_error(imported, scheme, optimizer, error, message):
    with pytest.raises(error, match=message):
        imported.train(scheme, optimizer)


@pytest.fixture(scope="module")
def imported() -> pock.Imported:
    return pock.import_model(_Model(), (torch.zeros(2, 5),), (torch.zeros(2, dtype=torch.int64),))
