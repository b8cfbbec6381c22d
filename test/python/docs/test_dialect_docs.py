"""docs/dialect.md, the generated reference page of the dialect."""

from __future__ import annotations

from pathlib import Path

import pytest

from pock_mlir.dialects import op_classes
from pock_mlir.tools.dialect_docs import COMMAND, render, write

PAGE = Path(__file__).resolve().parents[3] / "docs" / "dialect.md"


def test_page_is_current():
    if PAGE.read_text(encoding="utf-8") != render():
        pytest.fail(f"{PAGE.name} does not say what the op classes say: run `{COMMAND}`", pytrace=False)


def test_page_describes_every_op():
    page = render()
    for op in op_classes():
        assert f"\n### `{op.OPERATION_NAME}`\n" in page


def test_every_op_says_what_it_is():
    assert [op.OPERATION_NAME for op in op_classes() if not op.__doc__] == []


def test_page_shows_how_an_op_is_written():
    form = (
        '%result = "pock.matmul"(%lhs, %rhs) {transpose_lhs = bool, transpose_rhs = bool} : (tensor, tensor) -> tensor'
    )
    assert form in render()
    form = "({ body }) {states = array, axis? = integer, ranges? = array<i64>} : (any..., any...) -> ()"
    assert form in render()


def test_page_names_the_files_of_an_op():
    section = render().partition("### `pock.matmul`")[2].partition("\n### ")[0]
    for file in ("passes/backward/autodiff/matmul.py", "passes/lowering/convert_pock_to_linalg/matmul.py"):
        assert f"`{file}`" in section
        assert (PAGE.parents[1] / file).is_file()


def test_write(tmp_path):
    write(tmp_path / "dialect.md")
    assert (tmp_path / "dialect.md").read_text(encoding="utf-8") == render()
