"""The list of supported torch ops in docs/coverage.md is generated."""

from __future__ import annotations

from pathlib import Path

import pytest

from pock_mlir.passes.forward.convert_torch_to_pock import torch_op
from pock_mlir.tools.coverage_docs import COMMAND, render

PAGE = Path(__file__).resolve().parents[3] / "docs" / "coverage.md"


def test_list_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    if page != render(page):
        pytest.fail(f"{PAGE.name} does not list the conversions that there are: run `{COMMAND}`", pytrace=False)
    assert [op for op in torch_op.names() if f"`{op.removeprefix('torch.')}`" not in page] == []
