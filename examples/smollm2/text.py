"""The tales: read, split, cut into windows of tokens."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from common.errors import DemoError

#: The file's lines before the first tale: the columns' names, types and roles.
HEADER_LINES = 3
HELD_OUT_EVERY = 8


def read_tales(path: Path) -> list[str]:
    """The column Content of a tab-separated file of Orange's form."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    if not rows or "Content" not in rows[0]:
        raise DemoError(f"{path.name} has no column Content")
    column = rows[0].index("Content")
    return [row[column] for row in rows[HEADER_LINES:] if len(row) > column]


def split(tales: Sequence[str]) -> tuple[list[str], list[str]]:
    """(trained on, held out): every eighth tale is held out."""
    held_out = [tale for number, tale in enumerate(tales) if number % HELD_OUT_EVERY == HELD_OUT_EVERY - 1]
    return [tale for number, tale in enumerate(tales) if number % HELD_OUT_EVERY != HELD_OUT_EVERY - 1], held_out


def windows(documents: Sequence[Sequence[int]], length: int) -> np.ndarray:
    """Token windows [count, length + 1]: inputs and, one further on, targets. What is left of a document is dropped."""
    cut = [
        document[start : start + length + 1]
        for document in documents
        for start in range(0, len(document) - length, length)
    ]
    return np.array(cut, np.int64).reshape(-1, length + 1)


def batches(rows: np.ndarray, batch: int, steps: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(inputs, targets), both [batch, length], for each step: seeded shuffles of all windows, one after the other."""
    generator = np.random.default_rng(seed)
    epochs = -(-steps * batch // len(rows))
    order = np.concatenate([generator.permutation(len(rows)) for _ in range(epochs)])
    for index in order[: steps * batch].reshape(steps, batch):
        yield inputs_and_targets(rows[index])


def inputs_and_targets(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Windows [n, length + 1] as what the model sees and what it should say, both [n, length]."""
    return np.ascontiguousarray(rows[:, :-1]), np.ascontiguousarray(rows[:, 1:])
