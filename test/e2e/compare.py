"""Trains a model by pock and by PyTorch from the same weights on the same batches, and compares."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock

LOSS_TOLERANCE = 1e-4
UPDATE_TOLERANCE = 1e-3

# A gradient that is zero but for rounding (that of an attention key's bias, to which softmax is blind) has no digits to
# compare; Adam blows its noise up to a full step. Elements whose reference gradient stays below this share of the
# largest
# are left out.
NOISE = 1e-6


@dataclass(frozen=True)
class Run:
    """Both sides of a comparison."""

    step: pock.compiler.CompiledStep
    session: pock.Session
    reference: nn.Module
    losses: list[tuple[float, float]]
    start: dict[str, np.ndarray]
    largest_gradients: dict[str, np.ndarray]


def train_both(
    model: nn.Module,
    batches: list,
    folder: Path,
    *,
    optimizer: pock.optimizers.Optimizer,
    torch_optimizer: Callable[[list[nn.Parameter]], torch.optim.Optimizer],
    scheme: str = "full",
    loss: str = "cross_entropy",
    threads: int = 1,
) -> Run:
    """One update per batch on both sides. PyTorch trains what the compiled step trains."""
    reference = copy.deepcopy(model)
    inputs, targets = batches[0]
    step = pock.compile(model, inputs, targets, loss=loss, optimizer=optimizer, scheme=scheme)
    session = pock.load(step.save(folder / "model.pock"), threads=threads)
    trained = {name: p for name, p in reference.named_parameters() if name in step.trained}
    start = {name: p.detach().numpy().copy() for name, p in reference.named_parameters()}
    largest = {name: np.zeros(p.shape, np.float32) for name, p in trained.items()}
    torch_step = torch_optimizer(list(trained.values()))
    losses = []
    for inputs, targets in batches:
        torch_step.zero_grad()
        value = _loss(reference, inputs, targets, loss)
        value.backward()
        for name, p in trained.items():
            np.maximum(largest[name], p.grad.abs().numpy(), out=largest[name])
        torch_step.step()
        losses.append((session.train_step(*_arrays(inputs), *(t.numpy() for t in targets)), value.item()))
    return Run(step, session, reference, losses, start, largest)


def _loss(model: nn.Module, inputs, targets, loss: str) -> torch.Tensor:
    outputs = model(**inputs) if isinstance(inputs, dict) else model(*inputs)
    return {"cross_entropy": F.cross_entropy, "mse": F.mse_loss}[loss](outputs, *targets)


def _arrays(inputs) -> tuple:
    if isinstance(inputs, dict):
        return ({name: value.numpy() for name, value in inputs.items()},)
    return tuple(value.numpy() for value in inputs)


def assert_agrees(run: Run) -> None:
    """Losses, updates of every trained parameter, and frozen parameters to the last bit."""
    for number, (ours, theirs) in enumerate(run.losses):
        assert abs(ours - theirs) <= LOSS_TOLERANCE * abs(theirs), f"loss of step {number}: {ours} and {theirs}"
    state = run.session.state_dict()
    scale = max(float(g.max()) for g in run.largest_gradients.values())
    compared = 0
    for name, p in run.reference.named_parameters():
        if name not in run.step.trained:
            assert np.array_equal(state[name], run.start[name]), f"frozen parameter {name} has changed"
            continue
        real = run.largest_gradients[name] > NOISE * scale
        ours, theirs = (value[real] - run.start[name][real] for value in (state[name], p.detach().numpy()))
        error, size = np.linalg.norm(ours - theirs), np.linalg.norm(theirs)
        assert error <= UPDATE_TOLERANCE * size, f"update of {name}: relative difference {error / size:.1e}"
        compared += int(real.sum())
    assert compared > 0.5 * sum(g.size for g in run.largest_gradients.values())
