"""`pock inspect --memory`: what a step holds when, in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pock_mlir.bundle import GRADIENT, SAVED, TRANSIENT, Manifest, MemoryReport, Timeline
from pock_mlir.cli.figures import readable_bytes
from pock_mlir.cli.memory_sums import CATEGORY_NAMES, peak_sums, planned
from pock_mlir.cli.tables import table

COLORS: dict[str, str] = {SAVED: "blue", GRADIENT: "yellow", TRANSIENT: "bright_black"}
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_COLUMNS, _ROWS = 72, 10
_LARGEST = 12


def memory_report(manifest: Manifest, report: MemoryReport) -> list[RenderableType]:
    """Sums, timeline, the largest values at the peak, and what each pass has changed, of each function that trains."""
    functions = [name for name in report.functions if len(report.of(name)) > 1]
    peak_at = manifest.memory.peak_at
    if peak_at is not None and peak_at.function not in functions:
        functions.append(peak_at.function)
    parts: list[RenderableType] = []
    for function in functions:
        timeline = planned(report, function)
        title = f"memory of {function}, as {timeline.stage} has planned it"
        parts += ["", f"[bold]{escape(title)}[/bold]", _sums(manifest, timeline), "", _chart(timeline), ""]
        parts += [f"[bold]held at the peak of {escape(function)}[/bold]", _at_peak(timeline)]
        if len(report.of(function)) > 1:
            parts += ["", "[bold]behind each pass that decides about memory[/bold]", _stages(report.of(function))]
    return parts


def _sums(manifest: Manifest, timeline: Timeline) -> Table:
    rows = table("", " ", "  ", right=(" ",))
    peak_at = manifest.memory.peak_at
    if peak_at is not None and peak_at.function == timeline.function:
        peak = manifest.memory.planned_peak_bytes
        for name, count in peak_sums(manifest, timeline).items():
            rows.add_row(name, readable_bytes(count), f"{count / max(peak, 1):.1%}", style=None)
        rows.add_row("planned peak", readable_bytes(peak), escape(f"at {peak_at}"), style="bold")
    else:
        rows.add_row("transients", readable_bytes(timeline.allocated_bytes or 0), escape(f"at {timeline.peak_at}"))
    if timeline.loss_at is not None:
        when = f"saved for backward when the loss is there, at dispatch {timeline.loss_at + 1}"
        rows.add_row(when, readable_bytes(timeline.saved_bytes), "", style="dim")
    return rows


def _chart(timeline: Timeline) -> RenderableType:
    """Bytes over the dispatches, each column the worst of those that it stands for."""
    count = len(timeline.ran)
    if not timeline.peak_bytes:
        return Text("nothing is held between dispatches", style="dim")
    width = min(_COLUMNS, count)
    columns = []
    for column in range(width):
        within = range(column * count // width, max((column + 1) * count // width, column * count // width + 1))
        worst = max(within, key=lambda index: timeline.total[index])
        columns.append([(COLORS[name], timeline.live[name][worst]) for name in COLORS])
    lines = [Text.assemble(*(_cell(column, row, timeline.peak_bytes) for column in columns)) for row in range(_ROWS)]
    chart = Table(box=None, pad_edge=False, show_header=False)
    chart.add_column(justify="right", no_wrap=True)
    chart.add_column(no_wrap=True)
    labels = {_ROWS - 1: readable_bytes(timeline.peak_bytes), 0: "0 B"}
    for row in reversed(range(_ROWS)):
        chart.add_row(labels.get(row, ""), lines[row])
    chart.add_row("", _axis(timeline, width))
    return Group(chart, _legend())


def _cell(column: Sequence[tuple[str, int]], row: int, peak: int) -> tuple[str, str]:
    """A character of a stacked bar: the part of row `row` (from below) that is filled, in the colour of its middle."""
    low, high = row * peak / _ROWS, (row + 1) * peak / _ROWS
    total = sum(size for _, size in column)
    eighths = round(8 * min(max(total - low, 0), high - low) / (high - low))
    middle, below, color = (low + min(total, high)) / 2, 0, column[-1][0]
    for name, size in column:
        if middle <= below + size and size:
            color = name
            break
        below += size
    return _EIGHTHS[eighths], color


def _axis(timeline: Timeline, width: int) -> Text:
    """Where the loss is there, and where the peak is; below each other where they are close."""
    rows: list[str] = []
    for index, text in ((timeline.loss_at, "^ loss"), (timeline.peak_index, "^ peak")):
        if index is not None:
            start = index * width // len(timeline.ran)
            if rows and abs(start - rows[-1].index("^")) > len(text):
                joined = list(rows[-1].ljust(start + len(text)))
                joined[start : start + len(text)] = text
                rows[-1] = "".join(joined)
            else:
                rows.append(" " * start + text)
    return Text("\n".join(rows), style="dim")


def _legend() -> Text:
    legend = Text("  ")
    for name, color in COLORS.items():
        legend.append("█ ", style=color).append(f"{CATEGORY_NAMES[name]}   ")
    return legend


def _at_peak(timeline: Timeline) -> Table:
    rows = table("bytes", "for", "type", "made by", "in", "from", "to", right=("bytes", "from", "to"))
    index = timeline.peak_index
    held = [] if index is None else timeline.at(index)
    for value in held[:_LARGEST]:
        origin = timeline.origin(value.first)
        rows.add_row(
            readable_bytes(value.bytes),
            Text(CATEGORY_NAMES[value.category], style=COLORS[value.category]),
            escape(value.type),
            escape(origin.title),
            escape(origin.place),
            str(value.first + 1),
            str(value.last + 1),
        )
    rest = held[_LARGEST:]
    if rest:
        rows.add_row(readable_bytes(sum(value.bytes for value in rest)), f"{len(rest)} smaller ones", style="dim")
    return rows


def _stages(timelines: Sequence[Timeline]) -> Table:
    """The peak behind each pass, and of the backend; where these differ, the backend cuts other pieces than we do."""
    names = ("saved", "peak", "change", "allocated")
    rows = table("behind", "dispatches", *names, "peak at", right=("dispatches", *names))
    before: Timeline | None = None
    for timeline in timelines:
        change = "" if before is None else signed_bytes(timeline.peak_bytes - before.peak_bytes)
        allocated = "" if timeline.allocated_bytes is None else readable_bytes(timeline.allocated_bytes)
        sizes = readable_bytes(timeline.saved_bytes), readable_bytes(timeline.peak_bytes), change, allocated
        where = "" if timeline.peak_at is None else str(timeline.peak_at.origin)
        rows.add_row(escape(timeline.stage), str(len(timeline.ran)), *sizes, escape(where))
        before = timeline
    return rows


def signed_bytes(count: int) -> str:
    """A difference of sizes: "+1.2 MiB", "-3 B"; "0 B" where there is none."""
    return ("+" if count > 0 else "-" if count < 0 else "") + readable_bytes(abs(count))
