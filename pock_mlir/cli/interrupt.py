"""Ctrl-C that lets the current step finish."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any


class Interrupt:
    """While it is entered, the first Ctrl-C only sets `requested`; the second one interrupts as usual."""

    def __init__(self) -> None:
        self.requested = False
        self._previous: Any = None

    def __enter__(self) -> Interrupt:
        self._previous = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._previous)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
