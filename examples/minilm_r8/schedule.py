"""The learning rate over the steps: a short rise, then a straight line down."""

from __future__ import annotations


def learning_rate(step: int, steps: int, peak: float, warmup: int) -> float:
    """The rate of step number `step` (from 0): up to `peak` in `warmup` steps, then down towards zero at the end."""
    warmup = min(warmup, steps)
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (steps - step) / (steps - warmup + 1)
