"""Trains a model by pock and by PyTorch from the same weights on the same batches, and compares."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock

from .models import Case, Inputs, Loss

OUTPUT_TOLERANCE = 1e-4
LOSS_TOLERANCE = 1e-4
UPDATE_TOLERANCE = 1e-3

# A gradient that is zero but for rounding (that of an attention key's bias, to which softmax is blind) has no digits to
# compare; Adam blows its noise up to a full step. Elements whose reference gradient stays below this share of the
# largest are left out.
NOISE = 1e-6

TorchOptimizer = Callable[[list[nn.Parameter]], torch.optim.Optimizer]

OPTIMIZERS: dict[str, tuple[pock.optimizers.Optimizer, TorchOptimizer]] = {
    "sgd": (
        pock.SGD(lr=0.05, momentum=0.9),
        lambda parameters: torch.optim.SGD(parameters, lr=0.05, momentum=0.9),
    ),
    "adamw": (pock.AdamW(lr=1e-3), lambda parameters: torch.optim.AdamW(parameters, lr=1e-3)),
}

_LOSSES = {"cross_entropy": F.cross_entropy, "mse": F.mse_loss}


@dataclass(frozen=True)
class Run:
    """Both sides of a comparison. Pairs are ours and PyTorch's."""

    step: pock.compiler.Compiled
    session: pock.Session
    reference: nn.Module
    outputs: list[tuple[np.ndarray, np.ndarray]]
    losses: list[tuple[float, float]]
    start: dict[str, np.ndarray]
    largest_gradients: dict[str, np.ndarray]


@dataclass(frozen=True)
class Differences:
    """Relative differences from PyTorch: the largest of any output before training, of any step's loss, of any trained
    parameter's update, and of any running statistic; with the update's, the parameter's name.
    """

    output: float
    loss: float
    update: float
    parameter: str
    statistic: float


def train_case(case: Case, folder: Path, *, scheme: str, steps: int, optimizer: str | None = None) -> Run:
    """Trains a case by its own optimizer, or by that of another name."""
    torch.manual_seed(0)
    ours, theirs = OPTIMIZERS[optimizer or case.optimizer]
    model, batches = case.model(), [case.batch() for _ in range(steps)]
    return train_both(model, batches, folder, optimizer=ours, torch_optimizer=theirs, scheme=scheme, loss=case.loss)


def train_both(
    model: nn.Module,
    batches: list,
    folder: Path,
    *,
    optimizer: pock.optimizers.Optimizer,
    torch_optimizer: TorchOptimizer,
    scheme: str = "full",
    loss: Loss = "cross_entropy",
    threads: int = 1,
) -> Run:
    """One prediction, then one update per batch on both sides. PyTorch trains what the compiled step trains."""
    reference = copy.deepcopy(model)
    inputs, targets = batches[0]
    step = pock.compile(model, inputs, targets or None, loss=loss, optimizer=optimizer, scheme=scheme)
    session = pock.load(step.save(folder / "model.pock"), threads=threads)
    outputs = list(zip(_values(session.predict(*_arrays(inputs))), _prediction(reference, inputs), strict=True))
    trained = {name: p for name, p in reference.named_parameters() if name in step.trained}
    start = {name: p.detach().numpy().copy() for name, p in reference.named_parameters()}
    largest = {name: np.zeros(p.shape, np.float32) for name, p in trained.items()}
    torch_step = torch_optimizer(list(trained.values()))
    losses = []
    for inputs, targets in batches:
        torch_step.zero_grad()
        value = _loss(_call(reference, inputs), targets, loss)
        value.backward()
        for name, p in trained.items():
            np.maximum(largest[name], p.grad.abs().numpy(), out=largest[name])
        torch_step.step()
        losses.append((session.train_step(*_arrays(inputs), *(t.numpy() for t in targets)), value.item()))
    return Run(step, session, reference, outputs, losses, start, largest)


def differences(run: Run) -> Differences:
    """How far a run is from PyTorch. Fails where a frozen parameter or an integer has changed, or where too little was
    left to compare.
    """
    state = run.session.state_dict()
    scale = max(float(g.max(initial=0.0)) for g in run.largest_gradients.values())
    updates, compared = {}, 0
    for name, p in run.reference.named_parameters():
        if name not in run.step.trained:
            assert np.array_equal(state[name], run.start[name]), f"frozen parameter {name} has changed"
            continue
        real = run.largest_gradients[name] > NOISE * scale
        ours, theirs = (value[real] - run.start[name][real] for value in (state[name], p.detach().numpy()))
        updates[name] = _relative(ours, theirs)
        compared += int(real.sum())
    assert compared > 0.5 * sum(g.size for g in run.largest_gradients.values())
    statistics = [0.0]
    for name, buffer in run.reference.named_buffers():
        if name in state and buffer.is_floating_point():
            statistics.append(_relative(state[name], buffer.numpy()))
        elif name in state:
            assert np.array_equal(state[name], buffer.numpy()), f"buffer {name} differs"
    worst = max(updates, key=lambda name: updates[name])
    return Differences(
        output=max(float(np.abs(ours - theirs).max() / np.abs(theirs).max()) for ours, theirs in run.outputs),
        loss=max(abs(ours - theirs) / abs(theirs) for ours, theirs in run.losses),
        update=updates[worst],
        parameter=worst,
        statistic=max(statistics),
    )


def assert_agrees(run: Run) -> None:
    """Outputs, losses, updates of every trained parameter and running statistics agree to the tolerances, frozen
    parameters to the last bit; and memory is as planned.
    """
    found = differences(run)
    assert found.output <= OUTPUT_TOLERANCE, f"outputs: {found}"
    assert found.loss <= LOSS_TOLERANCE, f"losses: {run.losses}"
    assert found.update <= UPDATE_TOLERANCE, f"updates: {found}"
    assert found.statistic <= LOSS_TOLERANCE, f"running statistics: {found}"
    # The alignment of many small buffers counts only in models of a few kilobytes.
    planned = run.step.memory.planned_peak_bytes
    assert run.session.measured_peak_bytes == pytest.approx(planned, rel=0.1, abs=4096)


def _relative(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The norm of the difference as a share of PyTorch's norm; of two zeros, none."""
    error, size = float(np.linalg.norm(ours - theirs)), float(np.linalg.norm(theirs))
    return error / size if size else float(error > 0)


def _call(model: nn.Module, inputs: Inputs) -> Any:
    outputs = model(**inputs) if isinstance(inputs, dict) else model(*inputs)
    # An output object of transformers is trained on its logits, unless it brings its own loss.
    if isinstance(outputs, Mapping) and "logits" in outputs and "loss" not in outputs:
        return outputs["logits"]
    return outputs


def _loss(outputs: Any, targets: tuple[torch.Tensor, ...], loss: Loss) -> torch.Tensor:
    if loss is None:
        return outputs["loss"]
    return (_LOSSES[loss] if isinstance(loss, str) else loss)(outputs, *targets)


def _prediction(model: nn.Module, inputs: Inputs) -> list[np.ndarray]:
    """What the model predicts in evaluation mode."""
    copied = copy.deepcopy(model).eval()
    with torch.no_grad():
        outputs = _call(copied, inputs)
    return _values(outputs["logits"] if isinstance(outputs, Mapping) and "logits" in outputs else outputs)


def _values(outputs: Any) -> list[np.ndarray]:
    if isinstance(outputs, Mapping):
        outputs = tuple(outputs.values())
    return [np.asarray(value) for value in (outputs if isinstance(outputs, tuple | list) else (outputs,))]


def _arrays(inputs: Inputs) -> tuple:
    if isinstance(inputs, dict):
        return ({name: value.numpy() for name, value in inputs.items()},)
    return tuple(value.numpy() for value in inputs)
