"""Several combinations of shapes in one bundle, which share parameters and optimizer state."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock

VOCABULARY, CLASSES = 20, 3
SHAPES = ((4, 6), (4, 10), (3, 6))


class Classifier(nn.Module):
    """Sequences of any length: embeddings, a convolution, dropout-free attention over the mean."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, 8)
        self.mix = nn.Linear(8, 8)
        self.head = nn.Linear(8, CLASSES)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        x = torch.tanh(self.mix(self.embedding(ids))) * mask[..., None]
        return self.head(x.sum(1) / mask.sum(1, keepdim=True))


def _inputs(batch: int, length: int) -> dict[str, torch.Tensor]:
    mask = torch.ones(batch, length)
    mask[:, length - 2 :] = 0.0
    return {"ids": torch.randint(0, VOCABULARY, (batch, length)), "mask": mask}


def _batches(count: int) -> Iterator[tuple[dict[str, torch.Tensor], torch.Tensor]]:
    torch.manual_seed(1)
    for number in range(count):
        batch, length = SHAPES[number % len(SHAPES)]
        yield _inputs(batch, length), torch.randint(0, CLASSES, (batch,))


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Classifier, pock.compiler.Compiled, Path]:
    torch.manual_seed(0)
    model = Classifier()
    examples = list(_batches(len(SHAPES)))
    step = pock.compile(
        model,
        [inputs for inputs, _ in examples],
        [(targets,) for _, targets in examples],
        optimizer=pock.AdamW(lr=0.01, accumulate=2),
        predict_inputs=[_inputs(1, 6), _inputs(7, 10)],
    )
    return model, step, step.save(tmp_path_factory.mktemp("signatures") / "model.pock")


def test_every_shape_trains_the_same_parameters(compiled) -> None:
    model, step, path = compiled
    session, reference = pock.load(path, threads=1), copy.deepcopy(model)
    optimizer = torch.optim.AdamW(reference.parameters(), lr=0.01)
    for number, (inputs, targets) in enumerate(_batches(8)):
        loss = F.cross_entropy(reference(**inputs), targets)
        (loss / 2).backward()
        if number % 2 == 1:
            optimizer.step()
            optimizer.zero_grad()
        assert session.train_step(inputs, targets) == pytest.approx(loss.item(), rel=1e-5)
    for name, value in reference.state_dict().items():
        np.testing.assert_allclose(session.state_dict()[name], value.numpy(), rtol=1e-4, atol=1e-5, err_msg=name)
    for shape in ((1, 6), (7, 10)):
        inputs = _inputs(*shape)
        np.testing.assert_allclose(session.predict(inputs), reference(**inputs).detach().numpy(), rtol=1e-4, atol=1e-5)
    # One copy of everything, and the plan is that of the hungriest function.
    assert len(step.manifest.state) == 2 + 3 * len(list(model.parameters()))
    # Alignment counts in a model of a few kilobytes.
    assert session.measured_peak_bytes <= step.memory.planned_peak_bytes + 4096


def test_shapes_that_were_not_compiled(compiled) -> None:
    session = pock.load(compiled[2], threads=1)
    with pytest.raises(
        pock.PockError, match=r"shapes \[5, 6\], \[5, 6\], \[5\]; .* ids \[4, 6\], mask \[4, 6\], target \[4\] or"
    ):
        session.train_step(_inputs(5, 6), torch.zeros(5, dtype=torch.long))
    with pytest.raises(pock.PockError, match=r"compiled for ids \[1, 6\], mask \[1, 6\] or ids \[7, 10\]"):
        session.predict(_inputs(4, 6))


def test_a_smaller_last_batch_padded_with_ignored_targets(tmp_path: Path) -> None:
    """Rows whose target is -100 count neither for the loss nor for the gradients."""
    torch.manual_seed(0)
    model, lr = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, CLASSES)), 0.5
    x, y = torch.randn(8, 5), torch.randint(0, CLASSES, (8,))
    reference = copy.deepcopy(model)
    session = pock.load(pock.compile(model, (x,), (y,), optimizer=pock.SGD(lr=lr)).save(tmp_path / "m.pock"))
    padded = torch.full((8,), -100).index_copy(0, torch.arange(3), y[:3])
    loss = F.cross_entropy(reference(x[:3]), y[:3])
    loss.backward()
    assert session.train_step(x, padded) == pytest.approx(loss.item(), rel=1e-6)
    for name, p in reference.named_parameters():
        expected = (p - lr * p.grad).detach().numpy()
        np.testing.assert_allclose(session.state_dict()[name], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"targets": torch.zeros(2, dtype=torch.long)}, ["targets", "list of 2"]),
        ({"inputs": [(torch.ones(2, 4),), (torch.ones(2, 4),)]}, ["combinations 0 and 1", "same shapes"]),
        ({"inputs": [(torch.ones(2, 4),), {"x": torch.ones(3, 4)}]}, ["same inputs", "input0", "x"]),
        ({"predict_inputs": {"x": torch.ones(3, 4)}}, ["same inputs"]),
    ],
)
def test_combinations_that_do_not_fit(changes: dict, words: list[str]) -> None:
    arguments = {
        "inputs": [(torch.ones(2, 4),), (torch.ones(3, 4),)],
        "targets": [(torch.zeros(2, dtype=torch.long),), (torch.zeros(3, dtype=torch.long),)],
    }
    if len({len(t) for t in arguments["targets"]}) == 1 and "inputs" in changes:
        arguments["targets"] = [(torch.zeros(2, dtype=torch.long),)] * 2
    with pytest.raises(pock.PockError) as caught:
        pock.compile(nn.Linear(4, 3), **(arguments | changes))
    for word in words:
        assert word in str(caught.value)
