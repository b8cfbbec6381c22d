"""Five steps of recurrent nets, sound, bags of words, several tasks and own losses against PyTorch."""

from __future__ import annotations

from pathlib import Path

import pytest

from .compare import assert_agrees, train_case
from .models import OTHER, Case, full_and_sparse


@pytest.mark.parametrize(("case", "scheme"), full_and_sparse(OTHER))
def test_five_steps(case: Case, scheme: str, tmp_path: Path) -> None:
    assert_agrees(train_case(case, tmp_path, scheme=scheme, steps=5))
