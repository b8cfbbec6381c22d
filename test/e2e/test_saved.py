"""What is saved for the backward pass, and what is computed again: less memory, and no other number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import pock_mlir as pock


class Attention(nn.Module):
    """A layer of an encoder whose sequences are longer than a head is wide."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.1, activation="gelu", batch_first=True)
        self.head = nn.Linear(16, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.layer(x)[:, 0])


def convolutions() -> nn.Module:
    """Batch normalisation by the batch's statistics, a clipped activation, pooling."""
    layers: list[nn.Module] = []
    for inputs, outputs in ((3, 8), (8, 8)):
        layers += [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU6()]
    return nn.Sequential(*layers, nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * 6 * 6, 3))


CASES = {
    "attention": (Attention, (4, 24, 16)),
    "convolutions": (convolutions, (4, 3, 12, 12)),
}


@pytest.mark.parametrize("name", CASES)
def test_recomputing_changes_the_memory_and_no_number(name: str, tmp_path: Path) -> None:
    build, shape = CASES[name]
    torch.manual_seed(0)
    model, x, y = build().train(), torch.randn(shape), torch.randint(0, 3, (shape[0],))
    imported = pock.import_model(model, (x,), (y,))
    saved, transients, losses, states = [], [], [], []
    for recompute in (False, True):
        trainable = imported.train("full", pock.SGD(lr=0.05, momentum=0.9), recompute=recompute)
        saved.append(sum(tensor.nbytes for tensor in trainable.saved()))
        step = trainable.lower().compile()
        transients.append((trainable.plan_transients()["train_step"], step.memory.transient_bytes))
        session = pock.load(step.save(tmp_path / f"{recompute}.pock"), threads=1)
        losses.append([session.train_step(x.numpy(), y.numpy()) for _ in range(3)])
        states.append(session.state_dict())
    assert losses[0] == losses[1]
    assert all(np.array_equal(value, states[1][key]) for key, value in states[0].items())
    assert saved[1] < 0.6 * saved[0]
    if name == "attention":  # of small convolutions the backward pass's own values are most
        assert all(after < 0.8 * before for before, after in zip(*transients, strict=True)), transients


def test_no_weights_of_attention_are_saved() -> None:
    x, y = torch.randn(4, 24, 16), torch.randint(0, 3, (4,))
    trainable = pock.import_model(Attention(), (x,), (y,)).train("full", pock.SGD(lr=0.1), recompute=True)
    tensors = trainable.saved()
    assert not any(tensor.shape[-2:] == (24, 24) for tensor in tensors)
    gelu = next(tensor for tensor in tensors if "gelu" in tensor.recomputed)
    assert (gelu.shape[-1], gelu.nbytes, gelu.dtype) == (32, 4 * 24 * 32 * 4, "float32")
    assert gelu.module.startswith("layer") and "matmul" in gelu.needed_by
    assert [tensor.op for tensor in tensors].count("gelu") == 0


def test_only_a_mask_is_saved_where_no_more_is_needed() -> None:
    """With the second weight frozen a relu's result is needed for its mask alone."""
    model = nn.Sequential(nn.Linear(16, 32), nn.ReLU6(), nn.Linear(32, 4))
    imported = pock.import_model(model, (torch.randn(8, 16),), (torch.randint(0, 4, (8,)),))
    tensors = imported.train(pock.Scheme("first", (pock.Rule("0.*"),)), pock.SGD(lr=0.1), recompute=True).saved()
    assert [(t.dtype, t.nbytes) for t in tensors if t.shape == (8, 32)] == [("bool", 8 * 32)]
