"""docs/add_an_op.md: its example, put into a copy of the sources, passes its own tests."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "add_an_op.md"
BLOCK = re.compile(r"`([\w/.-]+)`:\n\n```\w+\n(.*?)```", re.DOTALL)
SOURCES = ("dialects", "passes", "pock_mlir")


def _blocks() -> list[tuple[str, str]]:
    """The page's code with the file that it belongs to."""
    return [(match[1], match[2]) for match in BLOCK.finditer(PAGE.read_text(encoding="utf-8"))]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the sources and of the tests that the page extends, with the example in it."""
    for folder in SOURCES:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for mapped in ("dialects", "passes"):
        (tmp_path / "pock_mlir" / mapped).symlink_to(tmp_path / mapped)
    for file, code in _blocks():
        target = tmp_path / file
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copy(ROOT / file, target)
        with target.open("a", encoding="utf-8") as stream:
            stream.write("\n" + code if file.endswith(".py") else code)
    config = (ROOT / "test" / "lit.cfg.py").read_text(encoding="utf-8")
    (tmp_path / "test" / "lit.cfg.py").write_text(
        f'{config}\nconfig.environment["PYTHONPATH"] = {str(tmp_path)!r}\n', encoding="utf-8"
    )
    return tmp_path


def test_every_block_has_a_file():
    assert len(_blocks()) == PAGE.read_text(encoding="utf-8").count("```") // 2
    assert [file for file, _ in _blocks() if not (ROOT / file).is_file()] == []


def test_example_passes_its_tests(checkout: Path):
    command = [Path(sys.executable).parent / "lit", "-v", "-j1", checkout / "test"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    lit_files = {file for file, _ in _blocks() if file.endswith(".mlir")}
    assert f"Passed: {len(lit_files)} " in result.stdout
