"""Threefry-2x32 in NumPy, as the lowering of random numbers must compute it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)


def threefry(key: Sequence[int], a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The blocks of the counters (a, b), arrays of uint32, under a key; 20 rounds (Salmon et al., SC'11)."""
    words = [np.uint32(word) for word in (*key, key[0] ^ key[1] ^ 0x1BD11BDA)]
    a, b = a + words[0], b + words[1]
    for i in range(20):
        a = a + b
        rotation = ROTATIONS[i % 8]
        b = ((b << np.uint32(rotation)) | (b >> np.uint32(32 - rotation))) ^ a
        if i % 4 == 3:
            injection = i // 4 + 1
            a, b = a + words[injection % 3], b + words[(injection + 1) % 3] + np.uint32(injection)
    return a, b


def draws(seed: int, step: int, stream: int, shape: Sequence[int]) -> np.ndarray:
    """The words of an op's elements."""
    key = threefry((seed, 0), np.array([step], np.uint32), np.array([stream], np.uint32))
    places = np.arange(np.prod(shape, dtype=int), dtype=np.uint32)
    return threefry([int(word[0]) for word in key], places, np.zeros_like(places))[0].reshape(shape)


def uniform(seed: int, step: int, stream: int, shape: Sequence[int]) -> np.ndarray:
    """float32 in [0, 1)."""
    return (draws(seed, step, stream, shape) >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)


def kept(seed: int, step: int, stream: int, shape: Sequence[int], rate: float) -> np.ndarray:
    """Which elements dropout keeps."""
    return draws(seed, step, stream, shape) >= round(rate * 2**32)
