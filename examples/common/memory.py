"""Memory measurements: the whole process, as the operating system counts it."""

from __future__ import annotations

import contextlib
import ctypes
import gc
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def resident_bytes() -> int:
    """What the process holds in memory now."""
    return _status_field("VmRSS")


def peak_resident_bytes() -> int:
    """The most that the process has held since `reset_peak` (or since its start where that is not allowed)."""
    return _status_field("VmHWM")


def reset_peak() -> None:
    """Return freed memory to the system and start counting the peak anew."""
    gc.collect()
    # Only glibc has it; without it the figure is a little higher.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    # Some containers forbid it: the peak then counts from the start of the process.
    with contextlib.suppress(OSError):
        _CLEAR.write_text("5")


def _status_field(name: str) -> int:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(f"{_STATUS} has no {name}")
