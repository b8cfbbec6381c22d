"""How much disk space installed packages take."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path


def installed_bytes(*distributions: str) -> int:
    """The files of some installed distributions, together."""
    total = 0
    for name in distributions:
        for file in metadata.files(name) or []:
            path = Path(file.locate())
            total += path.stat().st_size if path.is_file() else 0
    return total
