"""MNIST's digits as the network wants them: read, split by class, scaled up."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common.errors import DemoError

SIZE = 28
CLASSES = 10


@dataclass(frozen=True)
class Split:
    """Grey images [n, 28, 28] of bytes and their classes [n]."""

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


def read_digits(path: Path) -> Split:
    """A compressed file of comma-separated lines: the pixels of an image, then its class."""
    with gzip.open(path, "rt") as file:
        rows = np.loadtxt(file, delimiter=",")
    if rows.ndim != 2 or rows.shape[1] != SIZE * SIZE + 1:
        raise DemoError(f"{path.name} has rows of other than {SIZE * SIZE} pixels and a class")
    return Split(rows[:, :-1].reshape(-1, SIZE, SIZE).astype(np.uint8), rows[:, -1].astype(np.int64))


def stratified_split(digits: Split, test_share: float, seed: int) -> tuple[Split, Split]:
    """(train, test), with the same share of each class in both."""
    generator = np.random.default_rng(seed)
    train, test = [], []
    for label in np.unique(digits.labels):
        order = generator.permutation(np.flatnonzero(digits.labels == label))
        count = round(test_share * len(order))
        test.append(order[:count])
        train.append(order[count:])
    return tuple(Split(digits.images[i], digits.labels[i]) for i in map(np.concatenate, (train, test)))


def upscale(images: np.ndarray, size: int) -> np.ndarray:
    """Bytes [n, 28, 28] to float32 [n, 3, size, size] from -1 to 1, bilinear between the pixels' centres."""
    rows = _weights(images.shape[1], size)
    columns = _weights(images.shape[2], size)
    scaled = np.einsum("ij,njk,lk->nil", rows, images.astype(np.float32) / 127.5 - 1, columns, optimize=True)
    return np.repeat(scaled[:, None].astype(np.float32), 3, axis=1)


def _weights(source: int, target: int) -> np.ndarray:
    """What each of `target` pixels takes from `source` ones: [target, source], rows of sum 1."""
    position = np.clip((np.arange(target) + 0.5) * source / target - 0.5, 0, source - 1)
    low = np.minimum(position.astype(int), source - 2)
    share = (position - low).astype(np.float32)
    weights = np.zeros((target, source), np.float32)
    weights[np.arange(target), low] = 1 - share
    weights[np.arange(target), low + 1] += share
    return weights


def training_batches(split: Split, batch: int, epochs: int, size: int, seed: int) -> Iterator[tuple]:
    """(images, labels) for each step; every epoch shuffles anew and drops what fills no batch."""
    generator = np.random.default_rng(seed)
    for _ in range(epochs):
        order = generator.permutation(len(split))
        for start in range(0, len(split) - batch + 1, batch):
            index = order[start : start + batch]
            yield upscale(split.images[index], size), split.labels[index]


def padded_batches(split: Split, batch: int, size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """All images in order, the last batch filled up, each with the classes of those that count."""
    for start in range(0, len(split), batch):
        index = np.minimum(np.arange(start, start + batch), len(split) - 1)
        yield upscale(split.images[index], size), split.labels[start : start + batch]
