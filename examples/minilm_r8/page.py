"""The report as one HTML file without anything outside it."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape

from .checks import Check
from .results import Results
from .table import COLUMNS, notes, rows

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


def render(results: Results, outcome: list[Check], png: bytes) -> str:
    """The whole page."""
    config = results.config
    intro = (
        f"The pretrained sentence encoder all-MiniLM-L6-v2 with a fresh {config['classes']}-way head, fine-tuned for "
        f"{config['steps']} steps of {config['batch']} documents of {config['length']} tokens and evaluated on the "
        f"{config['test_documents']} documents of the official test split. All variants start from the same weights "
        "and see the same batches in the same order. The pock variants were compiled ahead of time, optimizer and all, "
        "and trained in a process without PyTorch."
    )
    image = base64.b64encode(png).decode()
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>pock_mlir: MiniLM on Reuters R8</title><style>{STYLE}</style></head><body>",
        "<h1>all-MiniLM-L6-v2 on Reuters R8</h1>",
        f"<p>{escape(intro)}</p>",
        f'<div class="wide">{_table(COLUMNS, rows(results))}</div>',
        '<div class="notes">' + "".join(f"<p>{escape(note)}</p>" for note in notes(results)) + "</div>",
        "<h2>Checks</h2>" + _checks(outcome),
        f'<h2>Losses</h2><img alt="Loss curves" src="data:image/png;base64,{image}">',
        "<h2>Compilation</h2>" + _pairs(_compilation(results)),
        "<h2>Configuration</h2>" + _pairs({key: str(value) for key, value in config.items()}),
        "<h2>Environment</h2>" + _pairs(results.environment),
        "<h2>Time taken</h2>" + _pairs({key: f"{value:.0f} s" for key, value in results.seconds.items()}),
        "<h2>Reproduce</h2><pre>make demo</pre></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _table(head: Iterable[str], body: Iterable[Iterable[str]]) -> str:
    header = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = ["<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in body]
    return f"<table><thead><tr>{header}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _pairs(values: dict[str, str]) -> str:
    lines = [f"<tr><td>{escape(key)}</td><td>{escape(value)}</td></tr>" for key, value in values.items()]
    return f'<table class="pairs">{"".join(lines)}</table>'


def _checks(outcome: list[Check]) -> str:
    lines = [
        f'<li class="{"good" if check.passed else "bad"}">{"✓" if check.passed else "✗"} {escape(check.text)}</li>'
        for check in outcome
    ]
    return f'<ul style="list-style: none; padding: 0">{"".join(lines)}</ul>'


def _compilation(results: Results) -> dict[str, str]:
    measured = {"full": results.full, "sparse": results.sparse}
    return {
        name: f"{result.seconds:.0f} s; planned peak {result.planned_peak_bytes / 1e6:.1f} MB, "
        f"measured {measured[name].peak_bytes / 1e6:.1f} MB"
        for name, result in results.compiled.items()
    }
