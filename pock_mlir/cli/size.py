"""Sizes for people."""

from __future__ import annotations


def readable_bytes(count: float) -> str:
    """A number of bytes with a binary unit: "12 B", "3.4 KiB", "1.2 MiB"."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.2f} GiB"
