"""5000 of MNIST's digits as a pretrained network wants them: read, split by class, scaled up."""

from __future__ import annotations

import gzip
from functools import partial
from pathlib import Path

import numpy as np

from .packages import DataError
from .split import Inputs, Split

SIZE = 28
CLASSES = 10


def load(cache: Path, size: int, test_share: float = 0.2, seed: int = 0) -> tuple[Split, Split]:
    """(train, test): images `x` [n, 3, size, size] from -1 to 1, with the same share of each class in both."""
    images, labels = read_digits(cache / "mnist_5k.csv.gz")
    generator = np.random.default_rng(seed)
    train, test = [], []
    for label in np.unique(labels):
        order = generator.permutation(np.flatnonzero(labels == label))
        count = round(test_share * len(order))
        test.append(order[:count])
        train.append(order[count:])
    first, second = (np.concatenate(rows) for rows in (train, test))
    scale = partial(upscale, size=size)
    return Split({"x": images[first]}, labels[first], scale), Split({"x": images[second]}, labels[second], scale)


def read_digits(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Grey images [n, 28, 28] of bytes and their classes, from lines of pixels and, last, the class."""
    with gzip.open(path, "rt") as file:
        rows = np.loadtxt(file, delimiter=",")
    if rows.ndim != 2 or rows.shape[1] != SIZE * SIZE + 1:
        raise DataError(f"{path.name} has rows of other than {SIZE * SIZE} pixels and a class")
    return rows[:, :-1].reshape(-1, SIZE, SIZE).astype(np.uint8), rows[:, -1].astype(np.int64)


def upscale(inputs: Inputs, size: int) -> Inputs:
    """Bytes [n, 28, 28] to float32 [n, 3, size, size] from -1 to 1, bilinear between the pixels' centres."""
    weights = _weights(SIZE, size)
    images = inputs["x"].astype(np.float32) / 127.5 - 1
    scaled = np.einsum("ij,njk,lk->nil", weights, images, weights, optimize=True)
    return {"x": np.repeat(scaled[:, None].astype(np.float32), 3, axis=1)}


def _weights(source: int, target: int) -> np.ndarray:
    """What each of `target` pixels takes from `source` ones: [target, source], rows of sum 1."""
    position = np.clip((np.arange(target) + 0.5) * source / target - 0.5, 0, source - 1)
    low = np.minimum(position.astype(int), source - 2)
    share = (position - low).astype(np.float32)
    weights = np.zeros((target, source), np.float32)
    weights[np.arange(target), low] = 1 - share
    weights[np.arange(target), low + 1] += share
    return weights
