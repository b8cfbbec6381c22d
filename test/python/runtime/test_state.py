"""state_dict and load_state_dict: framework names, layouts and dtypes; all or nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.mlp_bundle import Mlp, Reference, write_mlp_bundle

import pock_mlir as pock
from pock_mlir.backends.iree.runtime.module import Module, splat_pattern
from pock_mlir.bundle import StateSpec, read_manifest
from pock_mlir.errors import PockError, StateError


def test_holds_every_name_in_the_frameworks_layout(bundle: Path) -> None:
    state = pock.load(bundle).state_dict()
    expected = Mlp().initial()
    assert list(state) == ["fc1.weight", "fc2.weight", "tied.weight", "fc2.bias"]
    for name, value in expected.items():
        np.testing.assert_array_equal(state[name], value)
    np.testing.assert_array_equal(state["tied.weight"], expected["fc2.weight"])


@pytest.mark.parametrize("threads", [1, 2])
def test_round_trip_keeps_training_exact(bundle: Path, threads: int) -> None:
    mlp = Mlp()
    straight, moved = pock.load(bundle, threads=threads), pock.load(bundle, threads=threads)
    for step in range(3):
        assert straight.train_step(*mlp.batch_of(step)) == moved.train_step(*mlp.batch_of(step))
    moved.load_state_dict(moved.state_dict())
    for step in range(3, 6):
        assert straight.train_step(*mlp.batch_of(step)) == moved.train_step(*mlp.batch_of(step))
    assert moved.step == 6


def test_loads_other_values(bundle: Path) -> None:
    mlp = Mlp()
    session = pock.load(bundle)
    values = mlp.initial(seed=5)
    session.load_state_dict(values)
    x, _ = mlp.batch_of(0)
    np.testing.assert_allclose(session.predict(x), Reference(mlp, values, 0.1).predict(x), rtol=1e-5, atol=1e-6)
    values["fc1.weight"][:] = 0  # the session has copies
    assert np.any(session.state_dict()["fc1.weight"])


def test_loads_frozen_values(frozen_bundle: Path) -> None:
    mlp = Mlp(inputs=32, hidden=64, freeze_fc1=True)
    session = pock.load(frozen_bundle)
    values = mlp.initial(seed=5)
    session.load_state_dict(values)
    reference = Reference(mlp, values, 0.01)
    for step in range(3):
        x, y = mlp.batch_of(step)
        assert session.train_step(x, y) == pytest.approx(reference.train_step(x, y), rel=1e-5)
    np.testing.assert_array_equal(session.state_dict()["fc1.weight"], values["fc1.weight"])
    np.testing.assert_array_equal(session.state_dict()["fc2.bias"], values["fc2.bias"])


def test_not_strict_takes_what_there_is(bundle: Path) -> None:
    session = pock.load(bundle)
    before = session.state_dict()
    bias = np.float32([7, 8])
    session.load_state_dict({"fc2.bias": bias, "head.weight": bias}, strict=False)
    after = session.state_dict()
    np.testing.assert_array_equal(after.pop("fc2.bias"), bias)
    assert all(np.array_equal(after[name], before[name]) for name in after)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64", "float32"])
def test_numbers_of_another_width_are_cast_as_torch_does(bundle: Path, dtype: str) -> None:
    torch = pytest.importorskip("torch")
    special = [
        1e-45,
        1e-8,
        0.1,
        65520.0,
        1e39,
        float("inf"),
        float("nan"),
        -0.0,
        1 / 3,
        2.0**-24,
        1 + 2.0**-24,
        7,
        8,
        9,
    ]
    given = {}
    for name, array in Mlp().initial(seed=7).items():
        wide = torch.from_numpy(array).double() / 3
        wide.view(-1)[: len(special)] = torch.tensor(special[: wide.numel()], dtype=torch.float64)
        given[name] = wide.to(getattr(torch, dtype))
    expected = {name: torch.empty(value.shape).copy_(value) for name, value in given.items()}
    session = pock.load(bundle)
    session.load_state_dict(given)
    state = session.state_dict()
    for name, value in expected.items():
        np.testing.assert_array_equal(state[name], value.numpy())
        assert state[name].dtype == np.float32


def test_an_alias_stands_for_its_parameter(bundle: Path) -> None:
    values = Mlp().initial(seed=5)
    values["tied.weight"] = values.pop("fc2.weight")
    session = pock.load(bundle)
    session.load_state_dict(values)
    np.testing.assert_array_equal(session.state_dict()["fc2.weight"], values["tied.weight"])


def wrong_states() -> dict[str, tuple[dict[str, object], str]]:
    right = Mlp().initial()
    return {
        "missing": ({name: right[name] for name in ("fc1.weight", "fc2.weight")}, "no value for 'fc2.bias'"),
        "unknown": (right | {"fc3.weight": right["fc2.bias"]}, "unknown name 'fc3.weight'"),
        "shape": (
            right | {"fc1.weight": right["fc1.weight"].T},
            r"'fc1.weight' is float32\[3, 5\], expected float32\[5, 3\]",
        ),
        "dtype": (right | {"fc2.bias": np.zeros(2, np.int64)}, r"'fc2.bias' is int64\[2\], expected float32\[2\]"),
        "no array": (right | {"fc2.bias": "zero"}, "'fc2.bias' cannot be read as an array"),
        "tied": (right | {"tied.weight": right["fc2.weight"] + 1}, "'fc2.weight' and 'tied.weight' are one tensor"),
        "several": ({f"layer{i}": right["fc2.bias"] for i in range(9)}, "and 9 more"),
    }


@pytest.mark.parametrize("case", wrong_states())
def test_what_does_not_fit_changes_nothing(bundle: Path, case: str) -> None:
    values, message = wrong_states()[case]
    session = pock.load(bundle)
    session.train_step(*Mlp().batch_of(0))
    before = session.state_dict()
    with pytest.raises(StateError, match=message):
        session.load_state_dict(values)
    after = session.state_dict()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_a_failing_restart_brings_the_old_values_back(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mlp = Mlp()
    session, straight = pock.load(bundle), pock.load(bundle)
    for each in (session, straight):
        each.train_step(*mlp.batch_of(0))
    start, calls = Module.start, []

    def fail_once(self: Module, *arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == 1:
            self.stop()
            raise PockError("out of memory")
        start(self, *arguments)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(Module, "start", fail_once)
    with pytest.raises(PockError, match="out of memory"):
        session.load_state_dict(mlp.initial(seed=9))
    monkeypatch.undo()
    assert session.train_step(*mlp.batch_of(1)) == straight.train_step(*mlp.batch_of(1))


def test_counting_states_of_eight_bytes() -> None:
    assert splat_pattern(StateSpec("step", (), "int64", 0)) == bytes(4)
    assert splat_pattern(StateSpec("m", (2,), "float16", 1)) == np.float16(1).tobytes()
    with pytest.raises(PockError, match="'step'"):
        splat_pattern(StateSpec("step", (), "int64", 1))


def test_trained_values_replace_a_bundles(tmp_path: Path, bundle: Path) -> None:
    # The same model compiled twice: what one session learned continues in the other.
    write_mlp_bundle(tmp_path / "other.pock", seed=3)
    first, second = pock.load(bundle), pock.load(tmp_path / "other.pock")
    first.train_step(*Mlp().batch_of(0))
    second.load_state_dict(first.state_dict())
    x, _ = Mlp().batch_of(1)
    np.testing.assert_array_equal(first.predict(x), second.predict(x))


def test_constants_are_no_part_of_the_state(tmp_path: Path, bundle: Path) -> None:
    specs = read_manifest(bundle).parameters
    constant = tuple(replace(spec, kind="constant") if spec.name == "fc2.bias" else spec for spec in specs)
    write_mlp_bundle(tmp_path / "constant.pock", parameters=constant)
    session = pock.load(tmp_path / "constant.pock")
    state = session.state_dict()
    assert "fc2.bias" not in state
    session.load_state_dict(state)
    session.save_checkpoint(tmp_path / "c.safetensors")
    session.load_checkpoint(tmp_path / "c.safetensors")
    x, _ = Mlp().batch_of(0)
    np.testing.assert_array_equal(session.predict(x), pock.load(bundle).predict(x))
