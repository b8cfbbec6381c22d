"""`pock inspect --diff`: what a bundle costs less or more than another, a scheme than another."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from pock_mlir.bundle import Manifest
from pock_mlir.cli.figures import readable_bytes
from pock_mlir.cli.tables import table
from pock_mlir.contract import TRAIN_STEP

_Shown = Callable[[float], str]


def difference(before: Manifest, after: Manifest) -> list[RenderableType]:
    """Tables of figures and of ops of both, with what the second has less (-) or more (+)."""
    parts: list[RenderableType] = ["", _costs(before, after)]
    ops = _ops(before, after)
    return [*parts, "", "[bold]ops of the step[/bold]", ops] if ops.row_count else parts


def _costs(before: Manifest, after: Manifest) -> Table:
    rows = _table("figure")
    for name, of, shown in _figures():
        _add(rows, name, of(before), of(after), shown)
    return rows


def _figures() -> list[tuple[str, Callable[[Manifest], float | None], _Shown]]:
    """What is compared: its name, what it is of a bundle (None where that does not say), and how it is shown."""

    def memory(field: str) -> Callable[[Manifest], float | None]:
        return lambda manifest: getattr(manifest.memory, field)

    def sums(field: str) -> Callable[[Manifest], float | None]:
        return lambda manifest: _sum(manifest, field)

    return [
        ("values trained", _trained_values, _count),
        ("dispatches of a step", lambda manifest: len(_dispatches(manifest)) or None, _count),
        ("operations of a step", sums("flops"), _flops),
        ("bytes read", sums("read"), readable_bytes),
        ("bytes written", sums("written"), readable_bytes),
        ("parameters", memory("parameter_bytes"), readable_bytes),
        ("optimizer state", memory("state_bytes"), readable_bytes),
        ("saved for backward", memory("saved_bytes"), readable_bytes),
        ("transients", memory("transient_bytes"), readable_bytes),
        ("planned peak", memory("planned_peak_bytes"), readable_bytes),
    ]


def _ops(before: Manifest, after: Manifest) -> Table:
    """How often each op occurs in what dispatches of a step compute."""
    rows = _table("op")
    counts = [Counter(op for dispatch in _dispatches(each) for op in dispatch["ops"]) for each in (before, after)]
    for name in sorted(counts[0] | counts[1]):
        _add(rows, name, counts[0][name], counts[1][name], _count)
    if rows.row_count:
        _add(rows, "all", counts[0].total(), counts[1].total(), _count, style="dim")
    return rows


def _table(first: str) -> Table:
    columns = ("before", "after", "change", "ratio")
    return table(first, *columns, right=columns)


def _add(
    rows: Table, name: str, before: float | None, after: float | None, shown: _Shown, style: str | None = None
) -> None:
    """A row; what a bundle does not say, or what is of neither, is left open."""
    texts = ["?" if value is None else shown(value) for value in (before, after)]
    change = ratio = ""
    if before is not None and after is not None:
        change = _signed(after - before, shown)
        ratio = f"{after / before:.2f}" if before else ""
    color = "green" if change.startswith("-") else "red" if change.startswith("+") else "dim"
    rows.add_row(escape(name), *texts, change if style else f"[{color}]{change}[/{color}]", ratio, style=style)


def _signed(change: float, shown: _Shown) -> str:
    return ("+" if change > 0 else "-" if change < 0 else "") + shown(abs(change))


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _flops(value: float) -> str:
    return f"{value / 1e6:,.1f} M"


def _trained_values(manifest: Manifest) -> float:
    return sum(math.prod(spec.shape) for spec in manifest.parameters if spec.is_trained)


def _dispatches(manifest: Manifest) -> list[Mapping[str, Any]]:
    """Those of the first training step."""
    return [row for row in manifest.statistics.get("dispatches", ()) if row["function"] == TRAIN_STEP]


def _sum(manifest: Manifest, field: str) -> float | None:
    rows = _dispatches(manifest)
    return sum(row[field] for row in rows) if rows else None
