"""Kills at random moments of training and saving; `test/kill_training.py` makes more of them."""

from __future__ import annotations

from pathlib import Path

from support.kills import kill_saving, kill_training


def test_a_training_that_is_killed_loses_no_saved_step(tmp_path: Path) -> None:
    kills = list(kill_training(5, 1, tmp_path))
    assert [kill.problem for kill in kills] == [None] * 5
    assert kills[-1].found >= 5


def test_a_bundle_is_whole_whenever_its_writer_is_killed(tmp_path: Path) -> None:
    assert [kill.problem for kill in kill_saving(4, 1, tmp_path)] == [None] * 4
