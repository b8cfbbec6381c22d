"""Bundles for the tests of the runtime."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.mlp_bundle import Mlp, write_mlp_bundle


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of the default `Mlp` with learning rate 0.1. Tests must not change it."""
    path = tmp_path_factory.mktemp("bundle") / "mlp.pock"
    write_mlp_bundle(path)
    return path


@pytest.fixture(scope="session")
def frozen_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Like `bundle` with a frozen, larger fc1 whose size is a multiple of 64 bytes. Tests must not change it."""
    path = tmp_path_factory.mktemp("bundle") / "frozen.pock"
    write_mlp_bundle(path, Mlp(inputs=32, hidden=64, freeze_fc1=True), lr=0.01)
    return path
