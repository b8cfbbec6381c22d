"""Checkpoints: training goes on exactly, files are atomic, and what does not fit changes nothing."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from support.mlp_bundle import Mlp, write_mlp_bundle

import pock_mlir as pock
from pock_mlir.errors import CheckpointError


@pytest.mark.parametrize("threads", [1, 2])
def test_training_continues_exactly(bundle: Path, tmp_path: Path, threads: int) -> None:
    mlp = Mlp()
    first = pock.load(bundle, threads=threads)
    for step in range(3):
        first.train_step(*mlp.batch_of(step))
    first.set_lr(0.05)
    first.save_checkpoint(tmp_path / "c.safetensors")
    second = pock.load(bundle, threads=threads)
    second.load_checkpoint(tmp_path / "c.safetensors")
    assert (second.step, second.lr) == (3, first.lr)
    for step in range(3, 6):
        assert first.train_step(*mlp.batch_of(step)) == second.train_step(*mlp.batch_of(step))


def test_continues_between_two_updates(tmp_path: Path) -> None:
    mlp = Mlp(accumulate=3)
    write_mlp_bundle(tmp_path / "a.pock", mlp)
    first = pock.load(tmp_path / "a.pock")
    for step in range(4):
        first.train_step(*mlp.batch_of(step))
    first.save_checkpoint(tmp_path / "c.safetensors")
    second = pock.load(tmp_path / "a.pock")
    second.load_checkpoint(tmp_path / "c.safetensors")
    assert (second.step, second.train_steps) == (1, 4)
    for step in range(4, 9):
        assert first.train_step(*mlp.batch_of(step)) == second.train_step(*mlp.batch_of(step))
    assert first.step == second.step == 3


def test_file_has_the_frameworks_names_and_layouts(bundle: Path, tmp_path: Path) -> None:
    session = pock.load(bundle)
    session.train_step(*Mlp().batch_of(0))
    session.save_checkpoint(tmp_path / "c.safetensors")
    tensors = load_file(tmp_path / "c.safetensors")  # the reference implementation of the format
    state = session.state_dict()
    assert set(tensors) == {
        "fc1.weight", "fc2.weight", "fc2.bias",
        "optimizer/lr", "optimizer/momentum.fc1.weight", "optimizer/momentum.fc2.weight",
    }  # fmt: skip
    for name in ("fc1.weight", "fc2.weight", "fc2.bias"):
        np.testing.assert_array_equal(tensors[name], state[name])
    assert tensors["optimizer/momentum.fc1.weight"].shape == state["fc1.weight"].shape


def test_parameters_alone_fit_another_optimizer(bundle: Path, frozen_bundle: Path, tmp_path: Path) -> None:
    first = pock.load(bundle)
    first.train_step(*Mlp().batch_of(0))
    first.save_checkpoint(tmp_path / "c.safetensors")
    write_mlp_bundle(tmp_path / "sparse.pock", Mlp(freeze_fc1=True))
    second = pock.load(tmp_path / "sparse.pock")
    with pytest.raises(CheckpointError, match=r"unknown optimizer state 'momentum.fc1.weight'"):
        second.load_checkpoint(tmp_path / "c.safetensors")
    second.load_checkpoint(tmp_path / "c.safetensors", optimizer=False)
    assert second.step == 0
    np.testing.assert_array_equal(second.state_dict()["fc1.weight"], first.state_dict()["fc1.weight"])


def test_another_models_checkpoint_changes_nothing(bundle: Path, frozen_bundle: Path, tmp_path: Path) -> None:
    pock.load(frozen_bundle).save_checkpoint(tmp_path / "c.safetensors")
    session = pock.load(bundle)
    session.train_step(*Mlp().batch_of(0))
    before = session.state_dict()
    with pytest.raises(CheckpointError, match=r"'fc1.weight' is float32\[64, 32\], expected float32\[5, 3\]"):
        session.load_checkpoint(tmp_path / "c.safetensors")
    assert all(np.array_equal(before[name], value) for name, value in session.state_dict().items())
    assert session.step == 1


def test_files_that_are_no_checkpoints(bundle: Path, tmp_path: Path) -> None:
    session = pock.load(bundle)
    (tmp_path / "text.safetensors").write_text("not a checkpoint, but longer than a header's length")
    save_file(Mlp().initial(), tmp_path / "weights.safetensors")
    session.save_checkpoint(tmp_path / "cut.safetensors")
    os.truncate(tmp_path / "cut.safetensors", (tmp_path / "cut.safetensors").stat().st_size - 8)
    for name, message in (
        ("absent", "does not exist"),
        ("text", "is not a safetensors file"),
        ("weights", "not a checkpoint of a session"),
        ("cut", "is truncated"),
    ):
        with pytest.raises(CheckpointError, match=message):
            session.load_checkpoint(tmp_path / f"{name}.safetensors")


def test_a_crash_while_writing_leaves_the_old_file(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlp = Mlp()
    path = tmp_path / "c.safetensors"
    session = pock.load(bundle)
    session.save_checkpoint(path)
    old = path.read_bytes()
    session.train_step(*mlp.batch_of(0))

    def crash(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", crash)
        with pytest.raises(CheckpointError, match="No space left"):
            session.save_checkpoint(path)
    assert path.read_bytes() == old
    assert [entry.name for entry in tmp_path.iterdir()] == ["c.safetensors"]
    session.save_checkpoint(path)
    assert path.read_bytes() != old


def test_a_killed_process_leaves_the_old_file(bundle: Path, tmp_path: Path) -> None:
    import subprocess
    import sys

    path = tmp_path / "c.safetensors"
    pock.load(bundle).save_checkpoint(path)
    old = path.read_bytes()
    script = (
        "import os, sys, pock_mlir as pock\n"
        "session = pock.load(sys.argv[1], threads=1)\n"
        "os.fsync = lambda handle: os._exit(9)\n"  # the data is written, the name not yet changed
        "session.save_checkpoint(sys.argv[2])\n"
    )
    result = subprocess.run([sys.executable, "-c", script, str(bundle), str(path)], check=False)
    assert result.returncode == 9
    assert path.read_bytes() == old
    pock.load(bundle).load_checkpoint(path)


def test_a_missing_directory_is_named(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="absent"):
        pock.load(bundle).save_checkpoint(tmp_path / "absent" / "c.safetensors")
