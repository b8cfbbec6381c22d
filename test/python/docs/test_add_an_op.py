"""docs/add_an_op.md: its example, put into a copy of the sources, passes its own tests."""

from __future__ import annotations

from pathlib import Path

from support.worked_examples import ROOT, assert_lit_passes, blocks_of, copy_with_example

PAGE = "add_an_op.md"


def test_every_block_has_a_file():
    assert len(blocks_of(PAGE)) == (ROOT / "docs" / PAGE).read_text(encoding="utf-8").count("```") // 2
    assert [file for file, _ in blocks_of(PAGE) if not (ROOT / file).is_file()] == []


def test_example_passes_its_tests(tmp_path: Path):
    copy_with_example(PAGE, tmp_path)
    assert_lit_passes(PAGE, tmp_path)
