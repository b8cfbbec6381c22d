"""`pock inspect`: what is in a bundle."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from pock_mlir.bundle import ArraySpec, Bundle, Manifest, MemoryReport, ParameterSpec, read_bundle
from pock_mlir.cli.blocks import Block, blocks_of
from pock_mlir.cli.figures import readable_bytes
from pock_mlir.cli.inspect_diff import difference
from pock_mlir.cli.inspect_memory import memory_report
from pock_mlir.cli.memory_page import write_page
from pock_mlir.cli.tables import table, wide_console
from pock_mlir.contract import BACKEND_CUT, LOSS, MODEL
from pock_mlir.errors import BundleError
from pock_mlir.text import shown


def inspect(
    bundle: Annotated[Path, typer.Argument(help="A bundle.")],
    parameters: Annotated[bool, typer.Option("--parameters", help="Print a row for each parameter too.")] = False,
    dispatches: Annotated[
        bool, typer.Option("--dispatches", help="Print a row for each piece that runs as one, with its cost and place.")
    ] = False,
    saved: Annotated[
        bool, typer.Option("--saved", help="Print a row for each tensor that is saved for the backward pass, and why.")
    ] = False,
    memory: Annotated[
        bool, typer.Option("--memory", help="Print what a training step holds in memory when, and where its peak is.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write what --memory prints as a page to look at, of this name.")
    ] = None,
    diff: Annotated[
        Path | None, typer.Option("--diff", help="Print what this bundle costs less or more than that one: --diff A B.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest as JSON.")] = False,
) -> None:
    """Print what is in a bundle, after checking the digests of its files."""
    opened = read_bundle(bundle)
    manifest = opened.manifest
    title = f"{shown(bundle)}  written by {manifest.producer or 'an unknown version'}"
    if as_json:
        print(json.dumps(manifest.to_json(), indent=1))
    elif diff is not None:
        _print(f"from {shown(diff)} to {shown(bundle)}", difference(read_bundle(diff).manifest, manifest))
    elif html is not None:
        print(f"wrote {write_page(html, shown(bundle.name), manifest, _memory_report(opened))}")
    elif memory:
        _print(title, memory_report(manifest, _memory_report(opened)))
    else:
        _print(title, _contents(manifest, dispatches, saved, parameters))


def _print(title: str, parts: Sequence[RenderableType]) -> None:
    console = wide_console(parts)
    console.print(escape(title), style="bold", soft_wrap=True)
    for part in parts:
        console.print(part)


def _memory_report(bundle: Bundle) -> MemoryReport:
    report = bundle.memory_report()
    if report is None:
        raise BundleError(
            f"{bundle.path} says nothing of its memory over time: it was compiled by a version that noted nothing; "
            "compile the model again"
        )
    return report


def _contents(manifest: Manifest, dispatches: bool, saved: bool, parameters: bool) -> list[RenderableType]:
    tables = {
        "": _summary(manifest),
        "parameters by block": _blocks(manifest),
        "parameters of the loss": _parameters(spec for spec in manifest.parameters if spec.owner == LOSS),
        "memory": _memory(manifest),
        "operations": _operations(manifest),
        "files": _files(manifest),
        "dispatches": _dispatches(manifest.statistics.get("dispatches", ()) if dispatches else ()),
        "saved for the backward pass": _saved(manifest.statistics.get("saved", ()) if saved else ()),
        "parameters": _parameters(_of_model(manifest) if parameters else ()),
    }
    parts: list[RenderableType] = []
    for title, each in tables.items():
        if each.row_count:
            parts += ["", *([f"[bold]{title}[/bold]"] if title else []), each]
    return parts


def _summary(manifest: Manifest) -> Table:
    target = manifest.target
    rows = table("", " ", wrap=(" ",))
    rows.add_row("target", escape(f"{target.name} ({target.backend}, {target.triple}, CPU {target.cpu})"))
    for signature in manifest.signatures:
        results = _arrays(signature.outputs) or "loss"
        rows.add_row(signature.function, escape(f"{_arrays(signature.arguments)} -> {results}"))
    rows.add_row("loss", _data(manifest.loss))
    rows.add_row("optimizer", _data(manifest.optimizer))
    rows.add_row("schedule", _data(manifest.schedule))
    rows.add_row("scheme", _scheme(manifest.scheme))
    if manifest.statistics.get("cut") == BACKEND_CUT:
        rows.add_row("cut into dispatches", "by the backend")
    if manifest.accumulate > 1:
        rows.add_row("update", f"every {manifest.accumulate} batches")
    return rows


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
    rows = table("block", "trained", "bytes", "frozen", "bytes ", right=("trained", "bytes", "frozen", "bytes "))
    for block in [*blocks, total]:
        rows.add_row(
            escape(block.name),
            f"{block.trained_values:,}",
            readable_bytes(block.trained_bytes),
            f"{block.frozen_values:,}",
            readable_bytes(block.frozen_bytes),
            style="dim" if block is total else None,
        )
    values = total.trained_values + total.frozen_values
    rows.add_row(f"{total.trained_values:,} of {values:,} values are trained", style="dim")
    return rows


def _of_model(manifest: Manifest) -> list[ParameterSpec]:
    return [spec for spec in manifest.parameters if spec.owner == MODEL]


def _parameters(specs: Iterable[ParameterSpec]) -> Table:
    rows = table("name", "shape", "dtype", "kind", "trained", "bytes", right=("bytes",))
    for spec in specs:
        of_loss = [f"{name} of the loss" for name in spec.loss_names]
        rows.add_row(
            escape("\n= ".join((*spec.names, *of_loss))),
            escape(_shape(spec.shape)),
            spec.dtype,
            spec.kind,
            _update(spec),
            readable_bytes(spec.nbytes),
        )
    return rows


def _update(spec: ParameterSpec) -> str:
    """What training changes of a parameter."""
    if spec.channels is not None:
        return spec.channels.shown
    return "trained" if spec.is_trained else "frozen"


def _memory(manifest: Manifest) -> Table:
    rows, plan = table("", " ", "  ", right=(" ",)), manifest.memory
    rows.add_row(
        "planned peak", readable_bytes(plan.planned_peak_bytes), escape(f"at {plan.peak_at}" if plan.peak_at else "")
    )
    rows.add_row("parameters", readable_bytes(plan.parameter_bytes))
    rows.add_row("optimizer state", readable_bytes(plan.state_bytes))
    rows.add_row("transients of a training step", readable_bytes(plan.transient_bytes))
    if plan.saved_bytes is not None:
        rows.add_row("of them saved for backward", readable_bytes(plan.saved_bytes))
    rows.add_row("transients of a prediction", readable_bytes(plan.predict_transient_bytes))
    rows.add_row("inputs and results", readable_bytes(plan.io_bytes))
    return rows


def _operations(manifest: Manifest) -> Table:
    stages: dict[str, dict[str, int]] = manifest.statistics.get("ops", {})
    rows = table("operation", *stages, right=tuple(stages))
    for name in sorted({name for counts in stages.values() for name in counts}):
        rows.add_row(name, *(str(counts.get(name, 0)) for counts in stages.values()))
    if stages:
        rows.add_row("all", *(str(sum(counts.values())) for counts in stages.values()), style="dim")
    return rows


def _dispatches(dispatches: Sequence[Mapping[str, Any]]) -> Table:
    """What runs as one piece, in order: what it computes, what that costs, and where in the model it is from."""
    rows = table("function", "kind", "ops", "MFLOP", "read", "written", "place", right=("MFLOP", "read", "written"))
    for row in dispatches:
        updates = f" > {', '.join(row['updates'])}" if row["updates"] else ""
        rows.add_row(
            row["function"],
            row["kind"],
            escape(_counted(row["ops"]) + updates),
            f"{row['flops'] / 1e6:.3f}",
            readable_bytes(row["read"]),
            readable_bytes(row["written"]),
            escape(_place(row)),
        )
    if dispatches:
        sums = [sum(row[name] for row in dispatches) for name in ("flops", "read", "written")]
        total = f"{sums[0] / 1e6:.3f}", *map(readable_bytes, sums[1:]), ""
        rows.add_row("all", "", f"{len(dispatches)} dispatches", *total, style="dim")
    return rows


def _saved(tensors: Sequence[Mapping[str, Any]]) -> Table:
    """What is saved, in the order in which it is computed: its size, what needs it, where in the model it is from."""
    rows = table("function", "op", "shape", "dtype", "bytes", "needed by", "recomputed", "place", right=("bytes",))
    for row in tensors:
        rows.add_row(
            row["function"],
            row["op"],
            escape(_shape(tuple(row["shape"]))),
            row["dtype"],
            readable_bytes(row["nbytes"]),
            ", ".join(row["needed_by"]),
            ", ".join(row["recomputed"]),
            escape(_place(row)),
        )
    if tensors:
        total = readable_bytes(sum(row["nbytes"] for row in tensors))
        rows.add_row("all", f"{len(tensors)} tensors", "", "", total, "", "", "", style="dim")
    return rows


def _place(row: Mapping[str, Any]) -> str:
    """The module of the user's model, or else the line in the user's code."""
    return row["module"] or ("" if row["file"] is None else f"{row['file']}:{row['line']}")


def _counted(ops: Iterable[str]) -> str:
    """Ops in order, repeated ones once: "matmul, addf x2"."""
    groups = [(name, len(list(group))) for name, group in itertools.groupby(ops)]
    return ", ".join(name if count == 1 else f"{name} x{count}" for name, count in groups)


def _files(manifest: Manifest) -> Table:
    rows = table("file", "bytes", "sha256", right=("bytes",))
    for name, record in manifest.files.items():
        rows.add_row(name, readable_bytes(record.bytes), record.sha256)
    return rows
