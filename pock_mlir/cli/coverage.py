"""`pock coverage`: what of a model can be compiled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pock_mlir.cli.model_spec import load_model_spec
from pock_mlir.errors import MissingDependencyError

if TYPE_CHECKING:
    from pock_mlir.compiler import CoverageReport

_ARGUMENTS = ("model", "inputs", "targets", "loss", "scheme", "calibration")


def coverage(
    spec: Annotated[str, typer.Argument(help="FILE.py[:ATTRIBUTE] or PACKAGE.MODULE[:ATTRIBUTE], as `pock compile`.")],
    loss: Annotated[str | None, typer.Option(help="The name of a loss, e.g. cross_entropy or mse.")] = None,
    scheme: Annotated[
        str | None, typer.Option(help="What is trained: a name that `pock schemes` lists, or a YAML file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Say which ops of a model are supported, and where those are that are not. Exit code 1 if there are any."""
    model_spec = load_model_spec(spec)
    options: dict[str, Any] = {**vars(model_spec)}
    options |= {name: value for name, value in (("loss", loss), ("scheme", scheme)) if value is not None}
    arguments = {name: options[name] for name in _ARGUMENTS if options[name] is not None}
    with Console(stderr=True).status("tracing"):
        report = _coverage()(**arguments)
    if as_json:
        print(json.dumps(report.to_json(), indent=1))
    else:
        _print(report, Console(highlight=False))
    if not report.ok:
        raise typer.Exit(1)


def _coverage() -> Any:
    try:
        from pock_mlir.compiler import coverage
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            f"the report needs the package '{error.name}'; install it with: pip install 'pock_mlir[compiler]'"
        ) from error
    return coverage


def _print(report: CoverageReport, console: Console) -> None:
    functions = list(dict.fromkeys(name for counts in report.supported.values() for name in counts))
    table = Table("supported op", box=None, pad_edge=False)
    for name in functions:
        table.add_column(name, justify="right")
    for op, counts in report.supported.items():
        table.add_row(op, *(str(counts[name]) for name in functions))
    console.print(table)
    console.print()
    if report.ok:
        console.print(f"[bold green]all {len(report.supported)} kinds of ops are supported[/]")
        return
    console.print(f"[bold red]{len(report.unsupported)} kinds of ops are in the way[/]")
    for item in report.unsupported:
        console.print()
        console.print(f"[bold]{escape(item.message)}[/]  (in {' and '.join(item.functions)})", soft_wrap=True)
        for place in item.places:
            console.print(f"  {escape(str(place) or 'in the model itself or its loss')}", soft_wrap=True)
        console.print(f"  → {escape(item.advice)}", soft_wrap=True)
