"""What the stages of a compilation take."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class Clock:
    """Wall-clock seconds of stages and passes, in the order in which they ended, after those `before`."""

    def __init__(self, before: Iterable[tuple[str, float]] = ()) -> None:
        self.seconds: list[tuple[str, float]] = [*before]

    def add(self, name: str, seconds: float) -> None:
        self.seconds.append((name, seconds))

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Adds the time until the context is left."""
        start = time.perf_counter()
        yield
        self.add(name, time.perf_counter() - start)
