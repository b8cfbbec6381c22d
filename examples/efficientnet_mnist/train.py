"""Training and evaluation, the same for both sides."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from .config import Config
from .digits import Split, padded_batches, training_batches


class Learner(Protocol):
    """What trains: a pock session is one as it stands."""

    def train_step(self, images: np.ndarray, labels: np.ndarray) -> float: ...

    def predict(self, images: np.ndarray) -> Any: ...

    def set_lr(self, lr: float) -> None: ...


def train(learner: Learner, split: Split, config: Config) -> list[float]:
    """The losses of the budget's steps."""
    steps = config.epochs * (len(split) // config.batch)
    losses = []
    batches = training_batches(split, config.batch, config.epochs, config.size, config.seed)
    for step, (images, labels) in enumerate(batches):
        learner.set_lr(config.learning_rate_at(step, steps))
        losses.append(float(learner.train_step(images, labels)))
    return losses


def accuracy(learner: Learner, split: Split, config: Config) -> float:
    """The share of images whose class gets the largest logit."""
    right = 0
    for images, labels in padded_batches(split, config.batch, config.size):
        logits = np.asarray(learner.predict(images))[: len(labels)]
        right += int((logits.argmax(1) == labels).sum())
    return right / len(split)
