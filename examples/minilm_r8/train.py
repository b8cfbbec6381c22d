"""The training loop that all variants share."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from rich.console import Console

from .batches import training_order
from .config import Config
from .dataset import Split
from .learner import Learner
from .progress import bar
from .schedule import learning_rate


@dataclass(frozen=True)
class History:
    """The loss and the wall time of every step."""

    losses: list[float]
    seconds: list[float]


def train(learner: Learner, split: Split, config: Config, variant: str, console: Console) -> History:
    """Take the budget's steps over the shared batches."""
    losses: list[float] = []
    seconds: list[float] = []
    order = training_order(len(split), config.batch, config.steps, config.seed)
    with bar(console, "training", config.steps) as progress:
        for step, index in enumerate(order):
            inputs, labels = split.take(index)
            learner.set_lr(learning_rate(step, config.steps, config.learning_rate_of(variant), config.warmup))
            start = time.perf_counter()
            losses.append(float(learner.train_step(inputs, labels)))
            seconds.append(time.perf_counter() - start)
            recent = float(np.mean(losses[-10:]))
            progress.advance(f"loss {recent:.3f}  {config.batch / np.mean(seconds[-10:]):.1f} samples/s")
    return History(losses, seconds)
