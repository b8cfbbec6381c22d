"""Which channels of a parameter a slice holds, where a rule gives only their share."""

from __future__ import annotations

from random import Random

import numpy as np

FIRST, MAGNITUDE, GRADIENT, RANDOM = "first", "magnitude", "gradient", "random"
CHOICES = (FIRST, MAGNITUDE, GRADIENT, RANDOM)


def count_channels(ratio: float, channels: int) -> int:
    """How many of the channels a share of them is: rounded down, at least one."""
    return max(1, int(ratio * channels + 1e-9))


def choose_random(count: int, channels: int, seed: int, name: str) -> list[int]:
    """`count` channels at random. They depend on the seed and the parameter's name alone, on no other parameter."""
    return sorted(Random(f"{seed}/{name}").sample(range(channels), count))


def choose_largest(count: int, scores: np.ndarray, axis: int) -> list[int]:
    """The `count` channels along `axis` with the largest sums of `scores`; of equal ones the first."""
    others = tuple(each for each in range(scores.ndim) if each != axis)
    sums = scores.astype(np.float64).sum(axis=others)
    return sorted(np.argsort(-sums, kind="stable")[:count].tolist())
