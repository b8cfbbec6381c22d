"""The order of the documents: the same for every variant."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .dataset import Inputs, Split


def training_order(documents: int, batch: int, steps: int, seed: int) -> np.ndarray:
    """Document numbers [steps, batch]: seeded shuffles of the whole split, one after the other."""
    generator = np.random.default_rng(seed)
    epochs = -(-steps * batch // documents)
    order = np.concatenate([generator.permutation(documents) for _ in range(epochs)])
    return order[: steps * batch].reshape(steps, batch)


def padded_batches(split: Split, batch: int, limit: int | None = None) -> Iterator[tuple[Inputs, int]]:
    """Every document in order, in batches of one size, each with the number of its rows that count.

    A compiled step has one batch size, so the last batch is filled up with its own last document.
    """
    total = len(split) if limit is None else min(limit, len(split))
    for start in range(0, total, batch):
        index = np.minimum(np.arange(start, start + batch), total - 1)
        yield split.take(index)[0], min(batch, total - start)
