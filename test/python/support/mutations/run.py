"""Making damaged files by number, and having them read."""

from __future__ import annotations

import json
import re
import select
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from support.mlp_bundle import Mlp, write_mlp_bundle
from support.mutations.changes import mutate

import pock_mlir as pock

_TEST = Path(__file__).resolve().parents[3]
_WORKER = Path(__file__).with_name("worker.py")
_RUN_LINE = re.compile(r"RUN: pock-opt %s ([^|\n]*)")
_SECONDS = 60

SCHEMES = (
    "name: last\nrules:\n  - match: layers.3.*\n    update: full\n  - {match: '*.bias', update: frozen}\n",
    '{"name": "all", "default": "full", "rules": [{"match": "layers.[01].weight", "update": "frozen"}]}\n',
    "rules:\n- {match: '*', update: slice, of: input, ratio: 0.5, choose: random, seed: 3, blocks: 'last:2'}\n"
    "- match: layers.1.weight\n  update: slice\n  indices: [0, 3]\n- {match: 'layers.*', update: bias, only: bias}\n",
    "# what is trained: the ä of the model\ndefault: frozen\nrules:\n- match: \"*bias\"\n- match: 'embed.weight'\n",
)


@dataclass(frozen=True)
class Outcome:
    """What came of a mutation: "refused", "accepted", or what is wrong."""

    number: int
    kind: str
    file: str
    change: str
    answer: str

    @property
    def is_right(self) -> bool:
        return self.answer in ("refused", "accepted")


def run_mutations(numbers: Iterable[int], seed: int, directory: Path, only: str | None = None) -> Iterator[Outcome]:
    """Makes the mutations with these numbers below `directory` and has them read: each kind in turn, or `only` one."""
    originals = _Originals(directory)
    worker = _Worker()
    try:
        for number in numbers:
            random = Random(f"{seed}:{number}")
            kind = only or list(KINDS)[number % len(KINDS)]
            file, change, case = KINDS[kind](originals, random)
            yield Outcome(number, kind, file, change, worker.read({"kind": kind, **case}))
    finally:
        worker.stop()


class _Originals:
    """The files before the change, and the place of the changed one."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.bundle, self.checkpoint = directory / "original.pock", directory / "original.safetensors"
        mlp = Mlp(inputs=16, hidden=16, freeze_fc1=True)
        write_mlp_bundle(self.bundle, mlp)
        session = pock.load(self.bundle, threads=1)
        session.train_step(*mlp.batch_of(0))
        session.save_checkpoint(self.checkpoint)
        self.data = directory / "original.npz"
        x, y = mlp.batch_of(0)
        np.savez_compressed(self.data, x=x, y=y)
        self.programs = [
            (path, arguments)
            for path in sorted((*_TEST.glob("dialects/*.mlir"), *_TEST.glob("passes/**/*.mlir")))
            for arguments in _RUN_LINE.findall(path.read_text())[:1]
        ]


def _change_bundle(originals: _Originals, random: Random) -> tuple[str, str, dict[str, Any]]:
    copy = originals.directory / "changed.pock"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(originals.bundle, copy)
    path = copy / random.choice(("manifest.json", "manifest.json", "parameters.safetensors", "module.vmfb"))
    return path.name, _change(path, path, random), {"path": str(copy)}


def _change_checkpoint(originals: _Originals, random: Random) -> tuple[str, str, dict[str, Any]]:
    path = originals.directory / "changed.safetensors"
    change = _change(originals.checkpoint, path, random)
    return path.name, change, {"path": str(path), "bundle": str(originals.bundle)}


def _change_scheme(originals: _Originals, random: Random) -> tuple[str, str, dict[str, Any]]:
    path = originals.directory / "changed.yaml"
    path.write_text(random.choice(SCHEMES), encoding="utf-8")
    return path.name, _change(path, path, random), {"path": str(path)}


def _change_program(originals: _Originals, random: Random) -> tuple[str, str, dict[str, Any]]:
    original, arguments = random.choice(originals.programs)
    path = originals.directory / "changed.mlir"
    kept = [argument for argument in shlex.split(arguments) if argument != "--verify-diagnostics"]
    change = _change(original, path, random)
    return str(original.relative_to(_TEST)), change, {"path": str(path), "arguments": kept}


def _change_data(originals: _Originals, random: Random) -> tuple[str, str, dict[str, Any]]:
    path = originals.directory / "changed.npz"
    return path.name, _change(originals.data, path, random), {"path": str(path), "original": str(originals.data)}


def _change(original: Path, path: Path, random: Random) -> str:
    name, data = mutate(original.read_bytes(), random)
    path.write_bytes(data)
    return name


KINDS: dict[str, Callable[[_Originals, Random], tuple[str, str, dict[str, Any]]]] = {
    "bundle": _change_bundle,
    "checkpoint": _change_checkpoint,
    "scheme": _change_scheme,
    "program": _change_program,
    "data": _change_data,
}


class _Worker:
    """A process that reads files; started again after a crash."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def read(self, case: dict[str, Any]) -> str:
        process = self._process or subprocess.Popen(
            [sys.executable, str(_WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._process = process
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(case) + "\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], _SECONDS)
        reply = process.stdout.readline() if ready else ""
        if reply:
            return json.loads(reply)
        self.stop()
        return f"crash: exit code {process.returncode}" if ready else f"no answer in {_SECONDS} seconds"

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
