"""`pock inspect`: what is in a bundle."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from pock_mlir.bundle import ArraySpec, Manifest, read_bundle
from pock_mlir.cli.size import readable_bytes


def inspect(
    bundle: Annotated[Path, typer.Argument(help="A bundle.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest as JSON.")] = False,
) -> None:
    """Print what is in a bundle, after checking the hashes of its files."""
    manifest = read_bundle(bundle).manifest
    if as_json:
        print(json.dumps(manifest.to_json(), indent=1))
        return
    console = Console(highlight=False)
    console.print(f"[bold]{bundle}[/bold]  written by {manifest.producer or 'an unknown version'}")
    for title, table in (
        ("", _summary(manifest)),
        ("parameters", _parameters(manifest)),
        ("memory", _memory(manifest)),
        ("operations", _operations(manifest)),
        ("files", _files(manifest)),
    ):
        if table.row_count:
            console.print()
            if title:
                console.print(f"[bold]{title}[/bold]")
            console.print(table)


def _table(*columns: str, right: tuple[str, ...] = ()) -> Table:
    table = Table(box=None, pad_edge=False, show_header=bool(columns) and bool(columns[0]))
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def _summary(manifest: Manifest) -> Table:
    target = manifest.target
    table = _table("", " ")
    table.add_row("target", f"{target.name} ({target.backend}, {target.triple}, CPU {target.cpu})")
    for signature in manifest.signatures:
        results = _arrays(signature.outputs) or "loss"
        table.add_row(signature.function, f"{_arrays(signature.arguments)} -> {results}")
    table.add_row("loss", _data(manifest.loss))
    table.add_row("optimizer", _data(manifest.optimizer))
    table.add_row("schedule", _data(manifest.schedule))
    table.add_row("scheme", _data(manifest.scheme))
    if manifest.accumulate > 1:
        table.add_row("update", f"every {manifest.accumulate} batches")
    return table


def _arrays(specs: tuple[ArraySpec, ...]) -> str:
    return ", ".join(f"{spec.name} {spec.dtype}{_shape(spec.shape)}" for spec in specs)


def _shape(shape: tuple[int, ...]) -> str:
    return f"\\[{', '.join(map(str, shape))}]"  # escaped: rich reads brackets as markup


def _data(value: Any) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value).replace("[", "\\[")


def _parameters(manifest: Manifest) -> Table:
    table = _table("name", "shape", "dtype", "kind", "trained", "bytes", right=("bytes",))
    for spec in manifest.parameters:
        name = spec.name + "".join(f"\n= {alias}" for alias in spec.aliases)
        table.add_row(
            name,
            _shape(spec.shape),
            spec.dtype,
            spec.kind,
            "trained" if spec.trained else "frozen",
            readable_bytes(spec.nbytes),
        )
    trained = [spec for spec in manifest.parameters if spec.trained]
    count, total = (sum(math.prod(spec.shape) for spec in specs) for specs in (trained, manifest.parameters))
    share = f"{count:,} of {total:,} values are trained"
    table.add_row(share, "", "", "", "", readable_bytes(sum(spec.nbytes for spec in manifest.parameters)), style="dim")
    return table


def _memory(manifest: Manifest) -> Table:
    table = _table("", " ", right=(" ",))
    table.add_row("planned peak", readable_bytes(manifest.memory.planned_peak_bytes))
    table.add_row("parameters", readable_bytes(manifest.memory.parameter_bytes))
    table.add_row("optimizer state", readable_bytes(manifest.memory.state_bytes))
    table.add_row("transients of a training step", readable_bytes(manifest.memory.transient_bytes))
    table.add_row("transients of a prediction", readable_bytes(manifest.memory.predict_transient_bytes))
    table.add_row("inputs and results", readable_bytes(manifest.memory.io_bytes))
    return table


def _operations(manifest: Manifest) -> Table:
    stages: dict[str, dict[str, int]] = manifest.statistics.get("ops", {})
    table = _table("operation", *stages, right=tuple(stages))
    for name in sorted({name for counts in stages.values() for name in counts}):
        table.add_row(name, *(str(counts.get(name, 0)) for counts in stages.values()))
    if stages:
        table.add_row("all", *(str(sum(counts.values())) for counts in stages.values()), style="dim")
    return table


def _files(manifest: Manifest) -> Table:
    table = _table("file", "bytes", "sha256", right=("bytes",))
    for name, record in manifest.files.items():
        table.add_row(name, readable_bytes(record.bytes), record.sha256)
    return table
