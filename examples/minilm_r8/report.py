"""Everything that the demo leaves behind: a table on the screen; JSON, Markdown, PNG and HTML in the output folder."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from rich.console import Console

from . import page
from .checks import Check, checks
from .plot import save_plot
from .results import Results
from .table import markdown, notes, rich_table


def save(results: Results, folder: Path) -> list[Path]:
    """Write the files; their paths."""
    outcome = checks(results)
    files = {name: folder / name for name in ("results.json", "table.md", "losses.png", "report.html")}
    data = dataclasses.asdict(results) | {
        "checks": [dataclasses.asdict(check) for check in outcome],
        "loss_differences": results.loss_differences(),
    }
    files["results.json"].write_text(json.dumps(data, indent=1) + "\n")
    files["table.md"].write_text(markdown(results))
    save_plot(results, files["losses.png"])
    files["report.html"].write_text(page.render(results, outcome, files["losses.png"].read_bytes()))
    return list(files.values())


def show(results: Results, console: Console) -> list[Check]:
    """Print the table, its notes and the checks."""
    outcome = checks(results)
    console.print(rich_table(results))
    for note in notes(results):
        console.print(note, style="dim")
    for check in outcome:
        mark = "[green]✓[/green]" if check.passed else "[red]✗[/red]"
        console.print(f"{mark} {check.text}")
    return outcome
