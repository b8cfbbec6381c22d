"""Pages of docs/ whose example is code: put into a copy of the sources, it is tested by its own tests."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ("dialects", "passes", "pock_mlir")
_BLOCK = re.compile(r"`([\w/.-]+)`:\n\n```\w+\n(.*?)```", re.DOTALL)


def blocks_of(page: str) -> list[tuple[str, str]]:
    """The page's code with the file that it belongs to."""
    return [(match[1], match[2]) for match in _BLOCK.finditer((ROOT / "docs" / page).read_text(encoding="utf-8"))]


def copy_with_example(page: str, folder: Path) -> None:
    """A copy of the sources, and of the tests that the page extends, with the example in it."""
    for package in SOURCES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for mapped in ("dialects", "passes"):
        (folder / "pock_mlir" / mapped).symlink_to(folder / mapped)
    for file, code in blocks_of(page):
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() and (ROOT / file).exists():
            shutil.copy(ROOT / file, target)
        before = target.read_text(encoding="utf-8") if target.exists() else ""
        target.write_text(_extended(before, code) if file.endswith(".py") else before + code, encoding="utf-8")
    config = (ROOT / "test" / "lit.cfg.py").read_text(encoding="utf-8")
    (folder / "test" / "lit.cfg.py").write_text(
        f'{config}\nconfig.environment["PYTHONPATH"] = {str(folder)!r}\n', encoding="utf-8"
    )


def assert_lit_passes(page: str, folder: Path) -> None:
    """Every lit test that the page writes or extends runs, and passes."""
    command = [Path(sys.executable).parent / "lit", "-v", "-j1", folder / "test"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    files = {file for file, _ in blocks_of(page) if file.endswith(".mlir")}
    assert f"Passed: {len(files)} " in result.stdout


def _extended(source: str, code: str) -> str:
    """A module with code at its end, or in the place of a function that it has by that name."""
    (first, *_) = ast.parse(code).body
    for function in ast.parse(source).body:
        if isinstance(function, ast.FunctionDef) and isinstance(first, ast.FunctionDef) and function.name == first.name:
            lines = source.splitlines(keepends=True)
            start = min(node.lineno for node in (function, *function.decorator_list))
            return "".join([*lines[: start - 1], code, *lines[function.end_lineno :]])
    return f"{source}\n{code}" if source else code
