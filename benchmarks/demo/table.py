"""The table of the report: the same cells for the terminal, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.table import Table as RichTable

from .results import Results

DEVICE_NOTE = (
    "PyTorch: parameters, buffers and optimizer state plus the peak of what one step allocates, from the records of "
    "its CPU allocator. Ours: the peak of the device allocator, parameters and state included."
)
GROWTH_NOTE = "Peak resident memory of the process while it trains, less what it held before the model was loaded."
MARKS = "¹²³⁴⁵⁶⁷⁸⁹"


@dataclass(frozen=True)
class Table:
    """Column titles, rows that begin with theirs, and the notes on titles."""

    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    notes: list[str]

    def rich(self, title: str) -> RichTable:
        """For the terminal: narrow enough for 80 columns."""
        table = RichTable(title=title)
        for number, column in enumerate(self.head):
            table.add_column(column, justify="left" if number == 0 else "right")
        for row in self.rows:
            table.add_row(*row)
        return table

    def markdown(self) -> str:
        """For a README."""
        lines = [self.head, ("---", *["---:"] * (len(self.head) - 1)), *self.rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n\n" + "\n\n".join(self.notes) + "\n"


def build_table(results: Results) -> Table:
    """A column for every side, PyTorch first, and in front of them one for the probe where there is one."""
    runs, compared = results.runs, results.runs["compare"]
    probe = runs.get("probe")
    notes: list[str] = []

    def noted(title: str, note: str | None) -> str:
        if note is None:
            return title
        notes.append(f"{MARKS[len(notes)]} {note}")
        return title + MARKS[len(notes) - 1]

    def row(title: str, cell: Callable[[str], str], probed: str = "", note: str | None = None) -> tuple[str, ...]:
        return (noted(title, note), *([probed] if probe else []), *(cell(side) for side in results.sides))

    def bytes_row(title: str, key: str, note: str) -> tuple[str, ...]:
        return row(title, lambda side: megabytes(runs[side][key]), note=note)

    head = ("", *([noted("probe", _probe_note(probe["documents"]))] if probe else []))
    for side, title in results.sides.items():
        head += (noted(title, _sparse_note(results, side) if f"torch-{side}" in compared["peak_bytes"] else None),)
    name, key, form = results.example.score
    counts = "{:,}"
    rows = [
        row(name, lambda side: form.format(runs[side][key]), form.format(probe[key]) if probe else ""),
        row("time per step", lambda side: f"{results.median_step(side) * 1e3:.0f} ms"),
        row("ratio to PyTorch", lambda side: f"{results.ratio(side):.2f} x", note=_turns_note(results)),
        bytes_row("device peak", "peak_bytes", DEVICE_NOTE),
        bytes_row("process growth", "rss_growth_bytes", GROWTH_NOTE),
        bytes_row("module size", "module_bytes", _module_note(results)),
        row(
            "trained parameters",
            lambda side: counts.format(runs[side]["trained_parameters"]),
            counts.format(probe["trained_parameters"]) if probe else "",
        ),
    ]
    return Table(head, rows, notes)


def _probe_note(documents: int) -> str:
    return f"Linear probe: logistic regression on the frozen encoder's vectors of the same {documents:,} documents."


def _sparse_note(results: Results, side: str) -> str:
    peak = results.runs["compare"]["peak_bytes"][f"torch-{side}"]
    return (
        f"Scheme {results.example.variants()[side].scheme}. PyTorch that updates only the same parameters peaks at "
        f"{megabytes(peak)}; our step takes {results.ratio(side, f'torch-{side}'):.2f} times as long as its."
    )


def _turns_note(results: Results) -> str:
    rounds = len(results.runs["compare"]["seconds"]["torch"])
    medians = (f"{title} {results.median_in_turns(side) * 1e3:.0f} ms" for side, title in results.sides.items())
    return (
        f"Median of {rounds} rounds in one process that gave each variant a step by turns; the medians of the steps: "
        f"{'; '.join(medians)}."
    )


def _module_note(results: Results) -> str:
    ours, theirs = (megabytes(results.runs[side]["software_bytes"]) for side in (results.first, "torch"))
    return (
        f"The compiled training step without the parameters. It runs on {ours} of installed packages "
        f"(iree-base-runtime, numpy); PyTorch eager has no module and needs {theirs} "
        f"({', '.join(results.example.framework)})."
    )


def megabytes(value: int | None) -> str:
    """A number of bytes for the reader."""
    if value is None:
        return "none"
    return f"{value / 1e6:.2f} MB" if value < 10_000_000 else f"{value / 1e6:.0f} MB"
