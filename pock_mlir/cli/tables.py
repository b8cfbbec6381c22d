"""Tables of `pock inspect`, and a console wide enough for them."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table

_UNBOUNDED = 1_000_000


def table(*columns: str, right: tuple[str, ...] = (), wrap: tuple[str, ...] = ()) -> Table:
    """A table without lines, whose cells stay whole but in the columns `wrap`; with no first heading, without any."""
    made = Table(box=None, pad_edge=False, show_header=bool(columns) and bool(columns[0]))
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", no_wrap=column not in wrap)
    return made


def wide_console(parts: Iterable[RenderableType]) -> Console:
    """A console that is wide enough for every name: lines break between words only."""
    console = Console(highlight=False)
    unbounded = console.options.update(max_width=_UNBOUNDED)
    for each in parts:
        needed = Measurement.get(console, unbounded, each)
        wraps = isinstance(each, Table) and any(not column.no_wrap for column in each.columns)
        console.width = max(console.width, needed.minimum if wraps else needed.maximum)
    return console
