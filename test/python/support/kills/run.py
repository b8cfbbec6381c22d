"""Killing the worker at random moments, and looking at its files."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from support.kills.worker import batch
from support.mlp_bundle import Mlp, write_mlp_bundle

import pock_mlir as pock

_WORKER = Path(__file__).with_name("worker.py")
_MLP = Mlp(inputs=128, hidden=512, outputs=64)  # checkpoints of 0.8 MB: kills fall into writing too
_START_SECONDS = 120
_MOST_SECONDS = 0.06


@dataclass(frozen=True)
class Kill:
    """A kill: how far the worker said it was, what its file holds, how many temporaries it left, what is wrong."""

    number: int
    reported: int
    found: int
    left: int
    problem: str | None


def kill_training(count: int, seed: int, directory: Path) -> Iterator[Kill]:
    """Kills a training `count` times, which goes on from its checkpoint each time.

    A step that was reported as saved is never lost, the state is bit for bit that of a training without kills, and the
    save after a kill leaves the checkpoint alone in its directory.
    """
    bundle, run = directory / "model.pock", directory / "run"
    checkpoint = run / "c.safetensors"
    run.mkdir()
    write_mlp_bundle(bundle, _MLP, lr=1e-3)
    undisturbed, resumed = (pock.load(bundle, threads=1) for _ in range(2))
    random = Random(seed)
    for number in range(count):
        before = _names(run) - {checkpoint.name}
        reported, problem = _run_and_kill(["train", str(bundle), str(checkpoint)], random, run, before)
        left = len(_names(run)) - 1
        found = 0
        try:
            resumed.load_checkpoint(checkpoint)
            found = resumed.step
        except pock.PockError as error:
            problem = f"the checkpoint does not load: {error}"
        if not reported <= found <= reported + 1:
            problem = problem or f"step {reported} was saved, the checkpoint holds step {found}"
        while undisturbed.step < found:
            undisturbed.train_step(*batch(undisturbed, undisturbed.step))
        if not problem and not _equal(undisturbed, resumed):
            problem = f"the state of step {found} is not that of a training without kills"
        yield Kill(number, reported, found, left, problem)
    resumed.save_checkpoint(checkpoint)
    names = sorted(path.name for path in run.iterdir())
    if names != [checkpoint.name]:
        yield Kill(count, resumed.step, resumed.step, len(names) - 1, f"left over after the last save: {names}")


def kill_saving(count: int, seed: int, directory: Path) -> Iterator[Kill]:
    """Kills a process that saves two bundles over each other: one of them is there, whole, at all times."""
    first, second, run = directory / "first.pock", directory / "second.pock", directory / "saved"
    run.mkdir()
    for number, bundle in enumerate((first, second)):
        write_mlp_bundle(bundle, _MLP, seed=number)
    contents = [_bias(bundle) for bundle in (first, second)]
    random = Random(seed)
    for number in range(count):
        before = _names(run) - {"model.pock"}
        command = ["save", str(first), str(second), str(run / "model.pock")]
        reported, problem = _run_and_kill(command, random, run, before)
        left = len(_names(run)) - 1
        found = reported
        try:
            bias = _bias(run / "model.pock")
            # `reported` saves were done, and perhaps the next.
            found = next(n for n in (reported, reported + 1) if np.array_equal(bias, contents[(n - 1) % 2]))
        except (pock.PockError, StopIteration) as error:
            problem = f"the bundle does not load: {error!r}"
        yield Kill(number, reported, found, left, problem)
    write_mlp_bundle(run / "model.pock", _MLP)
    names = sorted(path.name for path in run.iterdir())
    if names != ["model.pock"]:
        yield Kill(count, 0, 0, len(names) - 1, f"left over after the last save: {names}")


def _run_and_kill(
    arguments: list[str], random: Random, directory: Path, left_before: set[str]
) -> tuple[int, str | None]:
    """Runs the worker until some time after its first report. Returns what it reported last, and what of `left_before`
    is still there after its first save, as a problem.
    """
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, str(_WORKER), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], _START_SECONDS)
        first = process.stdout.readline() if ready else ""
        still = sorted(left_before & _names(directory))
        time.sleep(random.uniform(0, _MOST_SECONDS))
        process.kill()
        rest = process.stdout.read().split("\n")
    whole = [line for line in (first.strip(), *rest[:-1]) if line]  # a last line without its end was not reported
    if not whole:
        raise RuntimeError("the worker did not start")
    return int(whole[-1]), f"still there after the next save: {still}" if still else None


def _names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def _bias(bundle: Path) -> np.ndarray:
    return pock.load(bundle, threads=1).state_dict()["fc2.bias"]


def _equal(one: pock.Session, other: pock.Session) -> bool:
    values, others = one.state_dict(), other.state_dict()
    return all(np.array_equal(values[name], others[name]) for name in values)
