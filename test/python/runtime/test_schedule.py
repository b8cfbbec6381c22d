"""A session follows its schedule: against numpy, through checkpoints, and when rate or schedule are replaced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.manifests import edit_manifest
from support.mlp_bundle import Mlp, Reference, write_mlp_bundle

import pock_mlir as pock
from pock_mlir.bundle import read_manifest
from pock_mlir.runtime.checkpoint import read_checkpoint

SCHEDULE = pock.CosineSchedule(total_steps=9, warmup_steps=3, final=0.1)
LR = 0.2


@pytest.fixture(scope="module")
def scheduled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with a schedule. Tests must not change it."""
    path = tmp_path_factory.mktemp("bundle") / "scheduled.pock"
    write_mlp_bundle(path, lr=LR, schedule=SCHEDULE.to_json())
    return path


def train(session: pock.Session, mlp: Mlp, steps: range) -> list[float]:
    return [session.train_step(*mlp.batch_of(step)) for step in steps]


def same_parameters(a: pock.Session, b: pock.Session) -> bool:
    first, second = a.state_dict(), b.state_dict()
    return all(np.array_equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("accumulate", [1, 3])
def test_every_update_has_the_schedules_rate(tmp_path: Path, accumulate: int) -> None:
    mlp = Mlp(accumulate=accumulate)
    write_mlp_bundle(tmp_path / "s.pock", mlp, lr=LR, schedule=SCHEDULE.to_json())
    session = pock.load(tmp_path / "s.pock")
    assert session.schedule == SCHEDULE
    reference = Reference(mlp, mlp.initial(), LR)
    for number in range(12 * accumulate):
        reference.lr = LR * SCHEDULE.factor(number // accumulate)
        assert session.lr == np.float32(reference.lr)
        x, y = mlp.batch_of(number)
        assert session.train_step(x, y) == pytest.approx(reference.train_step(x, y), rel=1e-4)
    state = session.state_dict()
    for name, value in reference.values.items():
        np.testing.assert_allclose(state[name], value, rtol=1e-4, atol=1e-5, err_msg=name)


def test_resuming_continues_the_schedule(scheduled: Path, tmp_path: Path) -> None:
    mlp = Mlp()
    whole, first = pock.load(scheduled), pock.load(scheduled)
    train(whole, mlp, range(12))
    train(first, mlp, range(5))
    first.save_checkpoint(tmp_path / "c.safetensors")
    second = pock.load(scheduled)
    second.load_checkpoint(tmp_path / "c.safetensors")
    assert (second.step, second.lr, second.base_lr) == (5, first.lr, LR)
    train(second, mlp, range(5, 12))
    assert same_parameters(second, whole)


def test_set_lr_replaces_the_base_rate(scheduled: Path, tmp_path: Path) -> None:
    session = pock.load(scheduled)
    session.set_lr(0.5)
    assert session.lr == 0.0, "the first step of the warm-up"
    train(session, Mlp(), range(4))
    session.set_lr(0.4)
    assert session.base_lr == 0.4
    assert session.lr == np.float32(0.4 * SCHEDULE.factor(4))
    train(session, Mlp(), range(1))
    assert session.lr == np.float32(0.4 * SCHEDULE.factor(5))
    session.save_checkpoint(tmp_path / "c.safetensors")
    other = pock.load(scheduled)
    other.load_checkpoint(tmp_path / "c.safetensors")
    assert (other.base_lr, other.lr) == (0.4, session.lr)


def test_set_schedule_needs_no_compilation(bundle: Path, scheduled: Path, tmp_path: Path) -> None:
    mlp = Mlp()
    compiled, given = pock.load(scheduled), pock.load(bundle)
    assert given.schedule is None
    given.set_lr(LR)
    given.set_schedule(SCHEDULE)
    train(compiled, mlp, range(6))
    train(given, mlp, range(6))
    assert same_parameters(compiled, given)
    given.save_checkpoint(tmp_path / "c.safetensors")
    other = pock.load(bundle)
    other.load_checkpoint(tmp_path / "c.safetensors")
    assert other.schedule == SCHEDULE and other.lr == given.lr
    compiled.set_schedule(None)
    assert compiled.lr == np.float32(LR) and compiled.schedule is None
    compiled.set_schedule(pock.StepSchedule(every=2, gamma=0.5))
    assert compiled.lr == np.float32(LR / 8), "the steps count on"
    with pytest.raises(pock.PockError, match="'cosine'; it must be one such as"):
        compiled.set_schedule("cosine")  # pyright: ignore[reportArgumentType]


def test_parameters_alone_leave_rate_and_schedule(bundle: Path, scheduled: Path, tmp_path: Path) -> None:
    pock.load(bundle).save_checkpoint(tmp_path / "c.safetensors")
    session = pock.load(scheduled)
    train(session, Mlp(), range(2))
    before = session.lr
    session.load_checkpoint(tmp_path / "c.safetensors", optimizer=False)
    assert (session.schedule, session.lr, session.step) == (SCHEDULE, before, 2)


def test_files_from_before_there_were_schedules(
    bundle: Path, scheduled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_mlp_bundle(tmp_path / "old.pock")
    edit_manifest(tmp_path / "old.pock", without=["schedule"])
    assert read_manifest(tmp_path / "old.pock").schedule is None

    from pock_mlir.runtime import checkpoint

    write = checkpoint.write_tensor_file
    old = {"base_lr", "schedule"}
    monkeypatch.setattr(
        checkpoint,
        "write_tensor_file",
        lambda p, t, m, sealed: write(p, t, {k: m[k] for k in m if k not in old} | {"format_version": "1"}),
    )
    first = pock.load(tmp_path / "old.pock")
    train(first, Mlp(), range(4))
    first.set_lr(0.25)
    first.save_checkpoint(tmp_path / "c.safetensors")
    with pytest.warns(UserWarning, match="version 1, which holds no digests"):
        assert not read_checkpoint(tmp_path / "c.safetensors").has_schedule
    session = pock.load(scheduled)
    with pytest.warns(UserWarning, match="version 1, which holds no digests"):
        session.load_checkpoint(tmp_path / "c.safetensors")
    assert (session.schedule, session.base_lr, session.lr) == (SCHEDULE, 0.25, np.float32(0.25 * SCHEDULE.factor(4)))
