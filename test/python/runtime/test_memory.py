"""Device memory: updates in place, nothing grows, and the measured peak is true on every number of threads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.mlp_bundle import Mlp, compile_text, module_text, write_mlp_bundle

import pock_mlir as pock
from pock_mlir.bundle import ParameterSpec, write_bundle
from pock_mlir.errors import PockError

WIDE = Mlp(batch=8, inputs=256, hidden=256, outputs=256)
PARAMETER_BYTES = 2 * 256 * 256 * 4
STATE_BYTES = PARAMETER_BYTES + 4  # momentum and the learning rate
BATCH_BYTES = 8 * 256 * 4


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("memory") / "wide.pock"
    write_mlp_bundle(path, WIDE, lr=0.01)
    return path


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_peak_is_state_transients_and_batch(wide: Path, threads: int) -> None:
    session = pock.load(wide, threads=threads)
    assert session.measured_peak_bytes == 0
    loaded = session.measured_live_bytes
    assert PARAMETER_BYTES + STATE_BYTES - 64 <= loaded <= PARAMETER_BYTES + STATE_BYTES + 4096
    session.train_step(*WIDE.batch_of(0))
    # Transients: both weight gradients at most, and some activations.
    transients = session.measured_peak_bytes - loaded - 2 * BATCH_BYTES
    assert PARAMETER_BYTES / 2 <= transients <= PARAMETER_BYTES + 8 * BATCH_BYTES


@pytest.mark.parametrize("threads", [1, 2])
def test_nothing_grows(wide: Path, threads: int) -> None:
    session = pock.load(wide, threads=threads)
    session.train_step(*WIDE.batch_of(0))
    live, peak = session.measured_live_bytes, session.measured_peak_bytes
    for step in range(100):
        session.train_step(*WIDE.batch_of(step))
    assert (session.measured_live_bytes, session.measured_peak_bytes) == (live, peak)


@pytest.mark.parametrize("threads", [1, 2])
def test_reading_and_writing_state_leaves_no_trace(wide: Path, tmp_path: Path, threads: int) -> None:
    session = pock.load(wide, threads=threads)
    loaded = session.measured_live_bytes
    session.train_step(*WIDE.batch_of(0))
    peak = session.measured_peak_bytes
    session.state_dict()
    session.save_checkpoint(tmp_path / "c.safetensors")
    session.load_checkpoint(tmp_path / "c.safetensors")
    session.load_state_dict(session.state_dict())
    assert abs(session.measured_live_bytes - loaded) <= 4096
    session.train_step(*WIDE.batch_of(1))
    session.predict(WIDE.batch_of(1)[0])
    session.train_step(*WIDE.batch_of(2))
    assert session.measured_peak_bytes <= peak + 4096


@pytest.mark.parametrize("threads", [1, 2])
def test_every_session_counts_for_itself(wide: Path, threads: int) -> None:
    first = pock.load(wide, threads=threads)
    live = first.measured_live_bytes
    second = pock.load(wide, threads=threads)
    second.train_step(*WIDE.batch_of(0))
    assert first.measured_live_bytes == live
    assert first.measured_peak_bytes == 0


@pytest.mark.parametrize("threads", [1, 2])
def test_frozen_parameters_are_used_where_they_are(frozen_bundle: Path, threads: int) -> None:
    session = pock.load(frozen_bundle, threads=threads)
    frozen = 32 * 64 * 4
    trained = 2 * 64 * 2 * 4 + 4  # fc2 and its momentum, the learning rate
    for _ in range(2):
        assert session.mapped_parameter_bytes // frozen == 1
        assert session.measured_live_bytes - session.mapped_parameter_bytes < trained + 256 < frozen
        session.load_state_dict(Mlp(inputs=32, hidden=64, freeze_fc1=True).initial(seed=4))
    session.train_step(*Mlp(inputs=32, hidden=64).batch_of(0))
    assert session.measured_peak_bytes > trained + frozen


def test_what_cannot_be_measured_is_not_made_up(wide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import support.mlp_bundle as builder

    compile_text.cache_clear()
    monkeypatch.setattr(builder, "allocate_directly", lambda module: None)
    code = compile_text(module_text(Mlp()))
    compile_text.cache_clear()
    manifest = write_mlp_bundle(tmp_path / "queue.pock", allocates_on_queue=True)
    stored = {spec.name: _stored(spec) for spec in manifest.parameters}
    write_bundle(tmp_path / "queue.pock", manifest, code, stored)
    counted, uncounted = (pock.load(tmp_path / "queue.pock", threads=threads) for threads in (1, 2))
    for session in (counted, uncounted):
        session.train_step(*Mlp().batch_of(0))
    assert counted.measured_peak_bytes > counted.measured_live_bytes - 1024
    with pytest.raises(PockError, match="does not count"):
        _ = uncounted.measured_peak_bytes


def _stored(spec: ParameterSpec) -> np.ndarray:
    return spec.to_stored(Mlp().initial()[spec.name])
