"""The versions and the machine that a report was made with."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path

COMPILER = ("torch-mlir", "iree-base-compiler", "iree-base-runtime")
DISTRIBUTIONS = ("torch", "transformers", "tokenizers", *COMPILER, "numpy")


def describe(threads: int) -> dict[str, str]:
    """Names and values for the report."""
    found = {name: metadata.version(name) for name in DISTRIBUTIONS}
    return {"Python": platform.python_version(), **found, "processor": processor(), "threads": str(threads)}


def processor() -> str:
    """The processor's name where the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass  # Not Linux: the generic name has to do.
    return platform.processor() or platform.machine()
