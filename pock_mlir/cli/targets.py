"""`pock targets`: the machines to compile for."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from pock_mlir.targets import TARGETS


def targets() -> None:
    """List the targets that `pock compile --target` takes."""
    table = Table("target", "backend", "CPU", "description", box=None, pad_edge=False)
    for target in TARGETS.values():
        table.add_row(target.name, target.generator, target.isa.cpu, target.description)
    Console().print(table)
