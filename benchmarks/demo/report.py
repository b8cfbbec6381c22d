"""What a run leaves behind: a table on the screen; JSON, Markdown, PNG and a self-contained page in its folder."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from html import escape

from rich.console import Console

from .plot import save_plot
from .results import Check, Results
from .table import Table, build_table

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff }
body { max-width: 66rem; margin: 2.5rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; margin-bottom: .3rem } h2 { font-size: 1.15rem; margin-top: 2.2rem }
.wide { overflow-x: auto } table { border-collapse: collapse; font-size: .92rem }
th, td { padding: .45rem .7rem; text-align: right; border-bottom: 1px solid #ddd; font-variant-numeric: tabular-nums }
th { border-bottom: 2px solid #888; vertical-align: bottom } th:first-child, td:first-child { text-align: left }
.pairs td { text-align: left } .pairs td:first-child { color: #666 }
.notes { font-size: .85rem; color: #555 } img { max-width: 100% } .good { color: #2a7d3f } .bad { color: #b3261e }
pre { background: #f4f4f4; padding: .8rem; overflow-x: auto }
"""


def report(results: Results, console: Console) -> int:
    """Shows and saves everything; the exit status is 0 if all checks hold."""
    example, outcome, table = results.example, results.example.checks(results), build_table(results)
    for line in example.remarks(results):
        console.print(line, markup=False, soft_wrap=True)
    console.print(table.rich(example.title))
    for note in table.notes:
        console.print(note, style="dim")
    for check in outcome:
        console.print(f"{'[green]✓[/green]' if check.passed else '[red]✗[/red]'} {check.text}")

    files = [example.folder / name for name in ("results.json", "table.md", "losses.png", "report.html")]
    data, markdown, plot, page = files
    data.write_text(json.dumps(results.as_json(), indent=1) + "\n")
    markdown.write_text(table.markdown())
    save_plot(results, plot)
    page.write_text(render(results, table, outcome, plot.read_bytes()))
    for path in files:
        console.print(f"wrote {path}", soft_wrap=True)
    return 0 if all(check.passed for check in outcome) else 1


def render(results: Results, table: Table, outcome: list[Check], png: bytes) -> str:
    """The page."""
    example, data = results.example, results.runs["prepare"]
    intro = (
        f"{example.description} {data['steps']} steps of {example.batch} of {data['train']} examples, evaluated on "
        f"{data['tested']}. All variants start from the same weights and see the same batches in the same order. "
        "The pock variants were compiled ahead of time, optimizer and all, and trained in a process without PyTorch."
    )
    image = base64.b64encode(png).decode()
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>pock_mlir: {escape(example.title)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{escape(example.title)}</h1>",
        *(f"<p>{escape(line)}</p>" for line in (intro, *example.remarks(results))),
        f'<div class="wide">{_table(table)}</div>',
        '<div class="notes">' + "".join(f"<p>{escape(note)}</p>" for note in table.notes) + "</div>",
        "<h2>Checks</h2>" + _checks(outcome),
        f'<h2>Losses</h2><img alt="Loss curves" src="data:image/png;base64,{image}">',
        "<h2>Compilation</h2>" + _pairs({title: _compilation(results, name) for name, title in results.ours.items()}),
        "<h2>Configuration</h2>" + _pairs(results.settings()),
        "<h2>Environment</h2>" + _pairs(results.environment),
        "<h2>Time taken</h2>" + _pairs({key: f"{value:.0f} s" for key, value in results.seconds.items()}),
        f"<h2>Reproduce</h2><pre>{escape(example.command)}</pre></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _cells(tag: str, cells: Iterable[object]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"


def _table(table: Table) -> str:
    body = "".join(_cells("td", row) for row in table.rows)
    return f"<table><thead>{_cells('th', table.head)}</thead><tbody>{body}</tbody></table>"


def _pairs(values: Mapping[str, object]) -> str:
    return f'<table class="pairs">{"".join(_cells("td", pair) for pair in values.items())}</table>'


def _checks(outcome: list[Check]) -> str:
    lines = [
        f'<li class="{"good" if check.passed else "bad"}">{"✓" if check.passed else "✗"} {escape(check.text)}</li>'
        for check in outcome
    ]
    return f'<ul style="list-style: none; padding: 0">{"".join(lines)}</ul>'


def _compilation(results: Results, variant: str) -> str:
    compiled, peak = results.runs[f"compile-{variant}"], results.runs[variant]["peak_bytes"]
    planned = compiled["planned_peak_bytes"]
    return f"{compiled['seconds']:.0f} s; planned peak {planned / 1e6:.1f} MB, measured {peak / 1e6:.1f} MB"
