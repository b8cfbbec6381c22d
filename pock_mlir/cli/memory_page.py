"""The page of `pock inspect --memory --html`: one file with all that it needs, to be looked at in a browser."""

from __future__ import annotations

import html
import json
from importlib.resources import files
from pathlib import Path

from pock_mlir.bundle import Manifest, MemoryReport
from pock_mlir.bundle.atomic import atomic_write
from pock_mlir.cli.memory_sums import CATEGORY_NAMES, peak_sums, planned
from pock_mlir.errors import InputError
from pock_mlir.fields import write_record

_TEMPLATE = "memory_page.html"
_TITLE, _DATA = "POCK_TITLE", "POCK_DATA"


def write_page(path: Path, name: str, manifest: Manifest, report: MemoryReport) -> Path:
    """Writes the page about the bundle `name`. Raises `InputError` if the disk refuses."""
    template = files("pock_mlir.cli").joinpath(_TEMPLATE).read_text(encoding="utf-8")
    data = json.dumps(_data(name, manifest, report), separators=(",", ":"))
    # What stands in a script is no HTML: no text of a model's may end it.
    page = template.replace(_TITLE, html.escape(name)).replace(_DATA, data.replace("<", "\\u003c"))
    try:
        with atomic_write(path) as file:
            file.write(page.encode())
    except OSError as error:
        raise InputError(f"cannot write the page {path}: {error.strerror or error}") from error
    return path


def _data(name: str, manifest: Manifest, report: MemoryReport) -> dict[str, object]:
    """What the page's script shows: the plan in figures, and the timelines as they stand in the bundle."""
    plan = manifest.memory
    scheme = manifest.scheme.get("name") if isinstance(manifest.scheme, dict) else manifest.scheme
    optimizer = manifest.optimizer.get("name") if isinstance(manifest.optimizer, dict) else manifest.optimizer
    peak = plan.peak_at
    sums = {} if peak is None else peak_sums(manifest, planned(report, peak.function))
    return {
        "name": name,
        "about": [
            ["scheme", str(scheme)],
            ["optimizer", str(optimizer)],
            ["target", manifest.target.name],
            ["written by", manifest.producer],
        ],
        "plan": write_record(plan),
        "sums": sums,
        "categories": dict(CATEGORY_NAMES),
        "timelines": write_record(report)["timelines"],
    }
