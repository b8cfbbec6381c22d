"""That compositions know of no frontend and of no pass: any frontend can build with them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pock_mlir import compositions

FILES = sorted(Path(compositions.__path__[0]).glob("*.py"))
BELOW = ("pock_mlir.dialects", "pock_mlir.compositions")


def _foreign(source: str) -> list[str]:
    """What a source imports that is neither below compositions nor of the standard library or torch_mlir."""
    modules = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules.append("." * node.level + (node.module or ""))
    roots = ("pock_mlir", "torch", "iree", "numpy")
    foreign = [m for m in modules if m.partition(".")[0] in roots and not m.startswith(BELOW)]
    return foreign + [m for m in modules if m.startswith("..")]


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_composition_imports_what_is_below_it(file: Path) -> None:
    assert _foreign(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    ["import torch", "from pock_mlir.passes.machinery import rules", "from ..frontends import owners"],
)
def test_other_imports_are_found(line: str) -> None:
    assert len(_foreign(line)) == 1
