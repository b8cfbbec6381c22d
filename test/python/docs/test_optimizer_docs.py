"""docs/optimizers.md names every optimizer with all its options and their defaults."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

import pock_mlir as pock
from pock_mlir.optimizers import OPTIMIZERS

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "optimizers.md").read_text()
SHARED = ("clip_norm", "accumulate")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_table_of_optimizers(name: str) -> None:
    kind = OPTIMIZERS[name]
    assert getattr(pock, kind.__name__) is kind
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{kind.__name__}` | `{name}` |"))
    options = [f"`{field.name}={field.default!r}`" for field in fields(kind) if field.name not in SHARED]
    assert {f"`{option.strip('`')}`" for option in row.split(" | ")[2].split("`, `")} == set(options)


@pytest.mark.parametrize("name", SHARED)
def test_shared_options(name: str) -> None:
    default = pock.SGD.__dataclass_fields__[name].default
    assert f"`{name}={default!r}`" in TEXT
