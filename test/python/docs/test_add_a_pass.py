"""docs/add_a_pass.md: its example, in a copy of the sources, passes its own tests and changes what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.worked_examples import ROOT, assert_lit_passes, blocks_of, copy_with_example

PAGE = "add_a_pass.md"
MODEL = "distilbert-full"
NEW = {
    "passes/forward/sink_broadcasts.py",
    *(f"test/passes/forward/pock-sink-broadcasts{end}.mlir" for end in ("", "-invalid")),
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    copy_with_example(PAGE, folder)
    return folder


def test_every_block_is_a_new_file_or_replaces_a_function():
    files = {file for file, _ in blocks_of(PAGE)}
    assert {file for file in files if not (ROOT / file).exists()} == NEW
    assert files - NEW == {"passes/pipelines.py"}


def test_example_passes_its_tests(checkout: Path):
    assert_lit_passes(PAGE, checkout)


def test_example_stands_in_the_pipeline(checkout: Path):
    passes = run(checkout, "pock-opt", "--list-passes")
    assert "= pock-prune,pock-sink-broadcasts{at-least=2},cse,canonicalize\n" in passes


def test_example_changes_what_the_page_says(checkout: Path, tmp_path: Path):
    """One model, lowered by the example's sources and by ours; values by any name."""
    lines = {}
    for sign, packages in (("-", ROOT), ("+", checkout)):
        folder = tmp_path / packages.name
        folder.mkdir()
        run(packages, "python", ROOT / "test/replay_lowering.py", "--dump", folder, "--only", MODEL)
        lines[sign] = set(_unnamed((folder / f"{MODEL}.mlir").read_text(encoding="utf-8")))
    text = (ROOT / "docs" / PAGE).read_text(encoding="utf-8")
    for sign, other in (("-", "+"), ("+", "-")):
        shown = set(_unnamed("\n".join(re.findall(rf"^    \{sign}(.*)$", text, re.MULTILINE))))
        assert shown
        assert shown <= lines[sign] - lines[other]


def _unnamed(text: str) -> list[str]:
    return re.sub(r"%[\w.]+", "%", text).splitlines()


def run(packages: Path, program: str, *arguments: str | Path) -> str:
    """What a program of the environment prints, with the packages in a folder."""
    command = [Path(sys.executable).parent / program, *arguments]
    environment = os.environ | {"PYTHONPATH": str(packages)}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
