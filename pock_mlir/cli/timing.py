"""What a compilation took, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table


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
