"""Operands for the cases: deterministic, of type float64."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    """Standard normal numbers."""
    return np.asarray(np.random.default_rng(seed).standard_normal(shape))


def between(low: float, high: float, *shape: int, seed: int = 0) -> np.ndarray:
    """Uniform numbers."""
    return np.asarray(np.random.default_rng(seed).uniform(low, high, shape))


def few_values(*shape: int, seed: int = 0) -> np.ndarray:
    """The numbers -1, 0 and 1: full of ties."""
    return np.random.default_rng(seed).integers(-1, 2, shape).astype(np.float64)


def numbers(values: Sequence[float]) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def size_name(shape: Sequence[int]) -> str:
    """A shape as part of a case's name."""
    return "x".join(map(str, shape)) or "scalar"
