"""Training and evaluation, the same for all sides; nothing here imports PyTorch."""

from __future__ import annotations

import time
from functools import partial
from typing import Any, Protocol

import numpy as np
from rich.console import Console

import pock_mlir as pock
from data.split import Inputs

from . import measure
from .example import Data, Example
from .progress import show_batches, shown
from .stages import load_data


class Learner(Protocol):
    """What takes training steps and predicts. A pock session is one as it stands."""

    def set_lr(self, lr: float) -> None: ...

    def train_step(self, inputs: Inputs, targets: np.ndarray, /) -> float: ...

    def predict(self, inputs: Inputs, /) -> Any: ...


def train_bundle(example: Example, console: Console, variant: str) -> dict[str, Any]:
    """Stage: train and evaluate a compiled bundle, save a checkpoint, and measure."""
    data = load_data(example)
    before = measure.resident_bytes()
    session = pock.load(example.bundle(variant), threads=example.threads)
    first = example.evaluate(session.predict, data, partial(show_batches, console)) if example.scored_before else None
    result = train_and_evaluate(session, example.variants()[variant].learning_rate, example, data, console)
    session.save_checkpoint(example.checkpoint(variant))
    trained = [spec for spec in session.manifest.parameters if spec.trained]
    return result | {
        "before": first,
        "trained_parameters": sum(int(np.prod(spec.shape)) for spec in trained),
        "peak_bytes": int(session.measured_peak_bytes),
        "rss_growth_bytes": result["rss_peak_bytes"] - before,
        "software_bytes": measure.installed_bytes("iree-base-runtime", "numpy"),
        "module_bytes": (example.bundle(variant) / "module.vmfb").stat().st_size,
        "planned_peak_bytes": session.manifest.memory.planned_peak_bytes,
    }


def train_and_evaluate(learner: Learner, peak: float, example: Example, data: Data, console: Console) -> dict[str, Any]:
    """The budget's steps over the shared batches: losses, seconds, the process's peak of memory, and the score."""
    # Loading holds the weights twice for a moment; the peak that counts is the training's.
    measure.reset_peak()
    losses, seconds = _train(learner, peak, example, data, console)
    resident = measure.peak_resident_bytes()
    score = example.evaluate(learner.predict, data, partial(show_batches, console))
    return score | {"losses": losses, "step_seconds": seconds, "rss_peak_bytes": resident}


def _train(
    learner: Learner, peak: float, example: Example, data: Data, console: Console
) -> tuple[list[float], list[float]]:
    losses: list[float] = []
    seconds: list[float] = []
    steps = example.steps_on(data.train)

    def note(*_: float) -> str:
        rate = example.batch / float(np.mean(seconds[-10:]))
        return f"loss {float(np.mean(losses[-10:])):.3f}  {rate:.1f} samples/s"

    batches = data.train.shuffled(example.batch, steps, example.seed)
    for step, (inputs, targets) in enumerate(shown(console, "training", batches, steps, note)):
        learner.set_lr(example.learning_rate_at(step, steps, peak))
        start = time.perf_counter()
        losses.append(float(learner.train_step(inputs, targets)))
        seconds.append(time.perf_counter() - start)
    return losses, seconds
