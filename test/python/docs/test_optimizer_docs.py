"""docs/optimizers.md names every optimizer and schedule with all their options and defaults."""

from __future__ import annotations

from dataclasses import MISSING, fields
from pathlib import Path

import pytest

import pock_mlir as pock
from pock_mlir.optimizers import OPTIMIZERS
from pock_mlir.schedules import SCHEDULES, Schedule

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "optimizers.md").read_text()
SHARED = ("clip_norm", "accumulate", "warmup_steps", "warmup_start")


def documented(kind: type, name: str) -> str:
    """The options in the row of an optimizer or schedule."""
    assert getattr(pock, kind.__name__) is kind
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{kind.__name__}` | `{name}` |"))
    return row.split("|")[3].strip()


@pytest.mark.parametrize(("name", "kind"), [*OPTIMIZERS.items(), *SCHEDULES.items()])
def test_tables(name: str, kind: type) -> None:
    own = [field for field in fields(kind) if field.name not in SHARED]
    options = [f"`{f.name}`" if f.default is MISSING else f"`{f.name}={f.default!r}`" for f in own]
    found = ["`" + part.strip("`") + "`" for part in documented(kind, name).split(", `") if part]
    assert sorted(found) == sorted(options)


@pytest.mark.parametrize("name", SHARED)
def test_shared_options(name: str) -> None:
    field = (pock.SGD.__dataclass_fields__ | Schedule.__dataclass_fields__)[name]
    assert f"`{name}={field.default!r}`" in TEXT
