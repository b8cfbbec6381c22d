"""Times of steps that are run in turns, so that other work on the machine meets all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

#: Between two steps the threads of the one before must have gone to sleep.
PAUSE_SECONDS = 0.02


def interleaved_seconds(steps: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds by name; every round runs each step once, forwards and backwards by turns. One more round warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(rounds + 1):
        for name in list(steps) if number % 2 == 0 else reversed(list(steps)):
            time.sleep(PAUSE_SECONDS)
            start = time.perf_counter()
            steps[name]()
            if number > 0:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the pairs' ratios."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
