"""A bundle, data for it, and a way to run `pock`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.mlp_bundle import write_mlp_bundle

from pock_mlir.cli.app import run

SAMPLES = 43


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with batches of 4 samples. Tests must not change it."""
    path = tmp_path_factory.mktemp("bundle") / "mlp.pock"
    write_mlp_bundle(path, lr=0.02)
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """43 samples that can be learned."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((SAMPLES, 3), dtype=np.float32)
    np.savez(tmp_path / "data.npz", x=x, y=x @ rng.standard_normal((3, 2), dtype=np.float32))
    return tmp_path / "data.npz"


class Result:
    """What a command printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str):
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def pock(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Runs `pock` in this process."""

    def call(*arguments: object) -> Result:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return call
