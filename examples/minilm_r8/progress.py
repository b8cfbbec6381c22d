"""Progress bars: loss, samples per second and the time left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

#: Without a terminal there is no bar to redraw: at most so many lines instead.
LINES_WITHOUT_TERMINAL = 5


class Bar:
    """One bar; `advance` moves it and says what to show beside it."""

    def __init__(self, progress: Progress, task: TaskID, title: str, total: int) -> None:
        self._progress = progress
        self._task = task
        self._title = title
        self._total = total
        self._done = 0

    def advance(self, note: str) -> None:
        """One step further."""
        self._done += 1
        self._progress.update(self._task, advance=1, note=note)
        stride = -(-self._total // LINES_WITHOUT_TERMINAL)
        if not self._progress.console.is_terminal and self._done % stride == 0:
            self._progress.console.print(f"  {self._title}: {self._done}/{self._total}  {note}".rstrip())


@contextmanager
def bar(console: Console, title: str, total: int) -> Iterator[Bar]:
    """A bar that is removed at the end, so that the report stays short."""
    columns = (
        TextColumn("  {task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(),
    )
    # A disabled display prints nothing of its own: without a terminal Bar prints lines.
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Bar(progress, progress.add_task(title, total=total, note=""), title, total)
