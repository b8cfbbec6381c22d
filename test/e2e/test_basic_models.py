"""Ten steps of plain models against PyTorch; of the smallest with every optimizer and scheme of the comparison."""

from __future__ import annotations

from pathlib import Path

import pytest

from .compare import OPTIMIZERS, assert_agrees, train_case
from .models import BASIC, Case, full_and_sparse


@pytest.mark.parametrize(("case", "scheme"), full_and_sparse(BASIC[1:]))
def test_ten_steps(case: Case, scheme: str, tmp_path: Path) -> None:
    assert_agrees(train_case(case, tmp_path, scheme=scheme, steps=10))


@pytest.mark.parametrize("scheme", ["full", "bias", "last-blocks:1"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_ten_steps_of_every_kind(optimizer: str, scheme: str, tmp_path: Path) -> None:
    assert_agrees(train_case(BASIC[0], tmp_path, scheme=scheme, steps=10, optimizer=optimizer))
