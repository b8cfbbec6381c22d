"""Accuracy on the official test split."""

from __future__ import annotations

import time

import numpy as np
from rich.console import Console

from .batches import padded_batches
from .config import Config
from .dataset import Split
from .learner import Learner
from .progress import bar


def predict_all(learner: Learner, split: Split, config: Config, console: Console) -> np.ndarray:
    """The logits of every document, in order."""
    batches = list(padded_batches(split, config.batch, config.test_limit))
    rows = []
    start = time.perf_counter()
    with bar(console, "evaluating", len(batches)) as progress:
        for number, (inputs, count) in enumerate(batches, start=1):
            rows.append(np.array(learner.predict(inputs))[:count])
            progress.advance(f"{number * config.batch / (time.perf_counter() - start):.1f} documents/s")
    return np.concatenate(rows)


def accuracy(logits: np.ndarray, labels: np.ndarray) -> float:
    """The fraction of documents whose highest logit is their class."""
    return float((logits.argmax(1) == labels[: len(logits)]).mean())
