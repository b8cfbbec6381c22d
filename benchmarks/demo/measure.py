"""Measurements without PyTorch: the memory of the process, step times in turns, the size of installed packages."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TypeVar

#: Between two steps the threads of the one before must have gone to sleep.
PAUSE_SECONDS = 0.02
SHOWN = ("torch", "transformers", "tokenizers", "torch-mlir", "iree-base-compiler", "iree-base-runtime", "numpy")
_STATUS = Path("/proc/self/status")

T = TypeVar("T")


def resident_bytes() -> int:
    """What the process holds in memory now."""
    return _status_field("VmRSS")


def peak_resident_bytes() -> int:
    """The most that the process has held since `reset_peak` (or since its start where that is not allowed)."""
    return _status_field("VmHWM")


def reset_peak() -> None:
    """Returns freed memory to the system and starts counting the peak anew."""
    gc.collect()
    # Only glibc has it; without it the figure is a little higher.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    # Some containers forbid it: the peak then counts from the start of the process.
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _status_field(name: str) -> int:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(f"{_STATUS} has no {name}")


def interleaved_seconds(steps: Mapping[str, Callable[[T], object]], rounds: Iterable[T]) -> dict[str, list[float]]:
    """Seconds by name: every round runs each step once on its item, forwards and backwards by turns, so that other work
    on the machine meets all of them alike. The first round warms up.
    """
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for number, item in enumerate(rounds):
        for name in list(steps) if number % 2 == 0 else reversed(list(steps)):
            time.sleep(PAUSE_SECONDS)
            start = time.perf_counter()
            steps[name](item)
            if number > 0:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the pairs' ratios."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def installed_bytes(*distributions: str) -> int:
    """How much disk space the files of some installed distributions take together."""
    files = (Path(str(file.locate())) for name in distributions for file in metadata.files(name) or [])
    return sum(path.stat().st_size for path in files if path.is_file())


def environment(threads: int) -> dict[str, str]:
    """The versions and the machine that a report was made with."""
    versions = {name: metadata.version(name) for name in SHOWN}
    return {"Python": platform.python_version(), **versions, "processor": _processor(), "threads": str(threads)}


def _processor() -> str:
    with contextlib.suppress(OSError):  # Not Linux: the generic name has to do.
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
