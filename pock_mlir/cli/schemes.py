"""`pock schemes`: what a step can be made to train."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pock_mlir.cli.figures import readable_bytes
from pock_mlir.errors import SchemeError
from pock_mlir.schemes import NAMED, Scheme, ShippedScheme, shipped_schemes


def schemes(
    name: Annotated[
        str | None, typer.Argument(help="A shipped scheme: print it as the YAML file that --scheme takes, too.")
    ] = None,
) -> None:
    """List the schemes that `pock compile --scheme` takes."""
    shipped = shipped_schemes()
    if name is not None:
        if name not in shipped:
            raise SchemeError(f"there is no shipped scheme '{name}'; there are {', '.join(shipped)}")
        print(_as_file(shipped[name]), end="")
        return
    console = Console(highlight=False)
    table = Table("scheme", "trains", box=None, pad_edge=False)
    table.columns[0].no_wrap = True
    for scheme, trains in NAMED.items():
        table.add_row(scheme, trains)
    table.add_row("a path", "what the rules of a YAML file say: docs/schemes.md")
    table.add_section()
    for each in shipped.values():
        lines = f"{each.model}: {each.trains}", f"source: {each.source}", f"saving: {_saving(each)}"
        table.add_row(each.name, escape("\n".join(lines)))
    console.print(table)


def _as_file(shipped: ShippedScheme) -> str:
    comment = f"# {shipped.model}. Trains {shipped.trains}.\n# Source: {shipped.source}.\n"
    return comment + Scheme.from_json(shipped.scheme, shipped.name).to_yaml()


def _saving(shipped: ShippedScheme) -> str:
    """The planned transients by the scheme, beside those of the full update."""
    saving = shipped.saving
    if saving is None:
        return "not measured"
    part, whole = readable_bytes(saving.scheme), readable_bytes(saving.full)
    return f"transients of a step {part}, of the full update {whole} ({saving.case})"
