"""One split of a data set: arrays, and the batches that are drawn from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

Inputs = dict[str, np.ndarray]
Batch = tuple[Inputs, np.ndarray]


def _as_stored(inputs: Inputs) -> Inputs:
    return inputs


@dataclass(frozen=True)
class Split:
    """The model's inputs by name and the targets, arrays [n, ...]; `transform` is applied to the inputs of a batch."""

    inputs: Inputs
    targets: np.ndarray
    transform: Callable[[Inputs], Inputs] = _as_stored

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, index: np.ndarray | slice) -> Batch:
        """The inputs and targets of some rows."""
        inputs = {name: np.ascontiguousarray(array[index]) for name, array in self.inputs.items()}
        return self.transform(inputs), np.ascontiguousarray(self.targets[index])

    def shuffled(self, batch: int, steps: int, seed: int) -> Iterator[Batch]:
        """One batch a step."""
        return (self.take(index) for index in self.order(batch, steps, seed))

    def order(self, batch: int, steps: int, seed: int) -> np.ndarray:
        """The row numbers of `shuffled` [steps, batch]: seeded shuffles of the whole split, one after the other."""
        generator = np.random.default_rng(seed)
        epochs = -(-steps * batch // len(self))
        order = np.concatenate([generator.permutation(len(self)) for _ in range(epochs)])
        return order[: steps * batch].reshape(steps, batch)

    def in_order(self, batch: int, limit: int | None = None) -> Iterator[Batch]:
        """Every row (or the first `limit`) once, with the targets of those that count.

        A compiled step has one batch size, so the inputs of the last batch are filled up with its own last row.
        """
        total = min(limit or len(self), len(self))
        for start in range(0, total, batch):
            inputs, targets = self.take(np.minimum(np.arange(start, start + batch), total - 1))
            yield inputs, targets[: total - start]


def accuracy(predict: Callable[[Inputs], Any], batches: Iterable[Batch]) -> float:
    """The share of rows whose highest logit is their class; the batches are those of `in_order`."""
    right = total = 0
    for inputs, labels in batches:
        right += int((np.asarray(predict(inputs))[: len(labels)].argmax(1) == labels).sum())
        total += len(labels)
    return right / total
