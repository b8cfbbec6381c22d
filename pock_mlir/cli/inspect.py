"""`pock inspect`: what is in a bundle."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from pock_mlir.bundle import ArraySpec, Manifest, ParameterSpec, read_bundle
from pock_mlir.cli.blocks import Block, blocks_of
from pock_mlir.cli.figures import readable_bytes
from pock_mlir.contract import LOSS, MODEL
from pock_mlir.text import shown

_UNBOUNDED = 1_000_000


def inspect(
    bundle: Annotated[Path, typer.Argument(help="A bundle.")],
    parameters: Annotated[bool, typer.Option("--parameters", help="Print a row for each parameter too.")] = False,
    dispatches: Annotated[
        bool, typer.Option("--dispatches", help="Print a row for each piece that runs as one, with its cost and place.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest as JSON.")] = False,
) -> None:
    """Print what is in a bundle, after checking the digests of its files."""
    manifest = read_bundle(bundle).manifest
    if as_json:
        print(json.dumps(manifest.to_json(), indent=1))
        return
    tables = {
        "": _summary(manifest),
        "parameters by block": _blocks(manifest),
        "parameters of the loss": _parameters(spec for spec in manifest.parameters if spec.owner == LOSS),
        "memory": _memory(manifest),
        "operations": _operations(manifest),
        "files": _files(manifest),
        "dispatches": _dispatches(manifest.statistics.get("dispatches", ()) if dispatches else ()),
        "parameters": _parameters(_of_model(manifest) if parameters else ()),
    }
    console = _console(tables.values())
    title = f"{shown(bundle)}  written by {manifest.producer or 'an unknown version'}"
    console.print(escape(title), style="bold", soft_wrap=True)
    for title, table in tables.items():
        if table.row_count:
            console.print()
            if title:
                console.print(f"[bold]{title}[/bold]")
            console.print(table)


def _console(tables: Iterable[Table]) -> Console:
    """A console that is wide enough for every name: lines break between words only."""
    console = Console(highlight=False)
    unbounded = console.options.update(max_width=_UNBOUNDED)
    for table in tables:
        needed = Measurement.get(console, unbounded, table)
        wraps = any(not column.no_wrap for column in table.columns)
        console.width = max(console.width, needed.minimum if wraps else needed.maximum)
    return console


def _table(*columns: str, right: tuple[str, ...] = (), wrap: tuple[str, ...] = ()) -> Table:
    table = Table(box=None, pad_edge=False, show_header=bool(columns) and bool(columns[0]))
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", no_wrap=column not in wrap)
    return table


def _summary(manifest: Manifest) -> Table:
    target = manifest.target
    table = _table("", " ", wrap=(" ",))
    table.add_row("target", escape(f"{target.name} ({target.backend}, {target.triple}, CPU {target.cpu})"))
    for signature in manifest.signatures:
        results = _arrays(signature.outputs) or "loss"
        table.add_row(signature.function, escape(f"{_arrays(signature.arguments)} -> {results}"))
    table.add_row("loss", _data(manifest.loss))
    table.add_row("optimizer", _data(manifest.optimizer))
    table.add_row("schedule", _data(manifest.schedule))
    table.add_row("scheme", _scheme(manifest.scheme))
    if manifest.accumulate > 1:
        table.add_row("update", f"every {manifest.accumulate} batches")
    return table


def _arrays(specs: tuple[ArraySpec, ...]) -> str:
    return ", ".join(f"{spec.name} {spec.dtype}{_shape(spec.shape)}" for spec in specs)


def _shape(shape: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, shape))}]"


def _data(value: Any) -> str:
    if value is None:
        return "none"
    return escape(value if isinstance(value, str) else json.dumps(value))  # rich reads brackets as markup


def _scheme(scheme: Any) -> str:
    """The name and the number of rules, which `--json` shows."""
    if not isinstance(scheme, dict) or not isinstance(scheme.get("rules"), list):
        return _data(scheme)
    rules, unfreeze = len(scheme["rules"]), scheme.get("unfreeze") or []
    text = f"{scheme.get('name')}: {rules} rule{'' if rules == 1 else 's'}, else {scheme.get('default')}"
    return escape(
        text + (f"; unfreezes {', '.join(map(str, unfreeze))}" if isinstance(unfreeze, list) and unfreeze else "")
    )


def _blocks(manifest: Manifest) -> Table:
    blocks = blocks_of(_of_model(manifest))
    total = Block("all")
    for spec in _of_model(manifest):
        total.add(spec)
    table = _table("block", "trained", "bytes", "frozen", "bytes ", right=("trained", "bytes", "frozen", "bytes "))
    for block in [*blocks, total]:
        table.add_row(
            escape(block.name),
            f"{block.trained_values:,}",
            readable_bytes(block.trained_bytes),
            f"{block.frozen_values:,}",
            readable_bytes(block.frozen_bytes),
            style="dim" if block is total else None,
        )
    values = total.trained_values + total.frozen_values
    table.add_row(f"{total.trained_values:,} of {values:,} values are trained", style="dim")
    return table


def _of_model(manifest: Manifest) -> list[ParameterSpec]:
    return [spec for spec in manifest.parameters if spec.owner == MODEL]


def _parameters(specs: Iterable[ParameterSpec]) -> Table:
    table = _table("name", "shape", "dtype", "kind", "trained", "bytes", right=("bytes",))
    for spec in specs:
        of_loss = [f"{name} of the loss" for name in spec.loss_names]
        table.add_row(
            escape("\n= ".join((*spec.names, *of_loss))),
            escape(_shape(spec.shape)),
            spec.dtype,
            spec.kind,
            "trained" if spec.is_trained else "frozen",
            readable_bytes(spec.nbytes),
        )
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


def _dispatches(dispatches: Sequence[Mapping[str, Any]]) -> Table:
    """What runs as one piece, in order: what it computes, what that costs, and where in the model it is from."""
    table = _table("function", "kind", "ops", "MFLOP", "read", "written", "place", right=("MFLOP", "read", "written"))
    for row in dispatches:
        place = row["module"] or ("" if row["file"] is None else f"{row['file']}:{row['line']}")
        updates = f" > {', '.join(row['updates'])}" if row["updates"] else ""
        table.add_row(
            row["function"],
            row["kind"],
            escape(_counted(row["ops"]) + updates),
            f"{row['flops'] / 1e6:.3f}",
            readable_bytes(row["read"]),
            readable_bytes(row["written"]),
            escape(place),
        )
    if dispatches:
        sums = [sum(row[name] for row in dispatches) for name in ("flops", "read", "written")]
        total = f"{sums[0] / 1e6:.3f}", *map(readable_bytes, sums[1:]), ""
        table.add_row("all", "", f"{len(dispatches)} dispatches", *total, style="dim")
    return table


def _counted(ops: Iterable[str]) -> str:
    """Ops in order, repeated ones once: "matmul, addf x2"."""
    groups = [(name, len(list(group))) for name, group in itertools.groupby(ops)]
    return ", ".join(name if count == 1 else f"{name} x{count}" for name, count in groups)


def _files(manifest: Manifest) -> Table:
    table = _table("file", "bytes", "sha256", right=("bytes",))
    for name, record in manifest.files.items():
        table.add_row(name, readable_bytes(record.bytes), record.sha256)
    return table
