"""Figures for people: sizes, and what a compilation took."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table


def readable_bytes(count: float) -> str:
    """A number of bytes with a binary unit: "12 B", "3.4 KiB", "1.2 MiB"."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.2f} GiB"


def timing_table(seconds: Sequence[tuple[str, float]]) -> Table:
    """Stages and passes in their order, with their seconds and shares, and the sum."""
    total = sum(value for _, value in seconds)
    table = Table("stage or pass", show_footer=True)
    table.columns[0].footer = "total"
    table.add_column("seconds", f"{total:.2f}", justify="right")
    table.add_column("share", justify="right")
    for name, value in seconds:
        table.add_row(name, f"{value:.2f}", f"{value / total:.1%}" if total else "")
    return table
