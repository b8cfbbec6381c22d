"""Damaged bundles, checkpoints, schemes, programs and data files; `test/mutate_files.py` makes more of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from support.mutations import KINDS, run_mutations

_COUNT = 75


def test_mutations_are_refused_or_taken_for_what_they_are(tmp_path: Path) -> None:
    outcomes = list(run_mutations(range(_COUNT), 7, tmp_path))
    assert [outcome for outcome in outcomes if not outcome.is_right] == []
    answers = Counter((outcome.kind, outcome.answer) for outcome in outcomes)
    assert {kind for kind, _ in answers} == set(KINDS)
    # Not only refused: programs and schemes, of which some changes make others.
    assert answers["program", "accepted"] and answers["scheme", "accepted"]
