"""Progress bars: what is being done, a note on it and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from data.split import Batch

#: Without a terminal there is no bar to redraw: at most so many lines instead.
LINES_WITHOUT_TERMINAL = 5

T = TypeVar("T")


def shown(
    console: Console, title: str, items: Iterable[T], total: int, note: Callable[[int, float], str] = lambda *_: ""
) -> Iterator[T]:
    """The items, with a bar that is removed at the end; `note` says what to show beside it after so many items and
    seconds.
    """
    start = time.perf_counter()
    title_column, note_column = TextColumn("  {task.description}"), TextColumn("{task.fields[note]}")
    columns = (title_column, BarColumn(bar_width=30), MofNCompleteColumn(), note_column, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=total, note="")
        for number, item in enumerate(items, 1):
            yield item
            text = note(number, time.perf_counter() - start)
            progress.update(task, advance=1, note=text)
            if not console.is_terminal and number % -(-total // LINES_WITHOUT_TERMINAL) == 0:
                console.print(f"  {title}: {number}/{total}  {text}".rstrip())


def show_batches(console: Console, title: str, batches: Sequence[Batch]) -> Iterator[Batch]:
    """Batches, with how many examples a second are done."""
    size = len(batches[0][1])

    def note(number: int, seconds: float) -> str:
        return f"{number * size / seconds:.1f} samples/s"

    return shown(console, title, batches, len(batches), note)
