"""Training and prediction against the same model in numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.mlp_bundle import Mlp, Reference, write_mlp_bundle

import pock_mlir as pock
from pock_mlir.bundle import ArraySpec

TRAINED = ("fc1.weight", "fc2.weight")


def check_training(session: pock.Session, mlp: Mlp, lr: float, steps: int = 6) -> Reference:
    reference = Reference(mlp, mlp.initial(), lr)
    for step in range(steps):
        x, y = mlp.batch_of(step)
        expected = reference.train_step(x, y)
        assert session.train_step(x, y) == pytest.approx(expected, rel=1e-5)
    state = session.state_dict()
    for name, value in reference.values.items():
        np.testing.assert_allclose(state[name], value, rtol=1e-5, atol=1e-6, err_msg=name)
    return reference


@pytest.mark.parametrize("threads", [1, 2])
def test_follows_numpy(bundle: Path, threads: int) -> None:
    session = pock.load(bundle, threads=threads)
    mlp = Mlp()
    reference = check_training(session, mlp, lr=0.1)
    x, _ = mlp.batch_of(100)
    np.testing.assert_allclose(session.predict(x), reference.predict(x), rtol=1e-5, atol=1e-6)
    assert session.threads == threads
    assert session.step == session.train_steps == 6


def test_states_of_equal_type_stay_distinct(tmp_path: Path) -> None:
    # Both weights and both momenta are 4x4 and start equal: merged buffers would show in the second step.
    mlp = Mlp(inputs=4, hidden=4, outputs=4)
    write_mlp_bundle(tmp_path / "square.pock", mlp)
    check_training(pock.load(tmp_path / "square.pock"), mlp, lr=0.1)


@pytest.mark.parametrize("threads", [1, 2])
def test_accumulates_gradients(tmp_path: Path, threads: int) -> None:
    mlp = Mlp(accumulate=3)
    write_mlp_bundle(tmp_path / "accumulate.pock", mlp)
    session = pock.load(tmp_path / "accumulate.pock", threads=threads)
    check_training(session, mlp, lr=0.1, steps=6)
    assert (session.step, session.train_steps) == (2, 6)
    before = session.state_dict()
    session.train_step(*mlp.batch_of(7))
    assert (session.step, session.train_steps) == (2, 7)
    for name in TRAINED:
        np.testing.assert_array_equal(session.state_dict()[name], before[name])


def test_frozen_parameters_stay_bit_identical(frozen_bundle: Path) -> None:
    session = pock.load(frozen_bundle)
    before = session.state_dict()
    mlp = Mlp(inputs=32, hidden=64, freeze_fc1=True)
    check_training(session, mlp, lr=0.01)
    after = session.state_dict()
    np.testing.assert_array_equal(after["fc1.weight"], before["fc1.weight"])
    np.testing.assert_array_equal(after["fc2.bias"], before["fc2.bias"])
    assert not np.array_equal(after["fc2.weight"], before["fc2.weight"])


def test_learning_rate_is_set_without_recompiling(bundle: Path) -> None:
    session = pock.load(bundle)
    assert session.lr == pytest.approx(0.1)
    session.set_lr(0.0)
    before = session.state_dict()
    session.train_step(*Mlp().batch_of(0))
    for name in TRAINED:
        np.testing.assert_array_equal(session.state_dict()[name], before[name])
    session.set_lr(0.25)
    assert session.lr == 0.25


@pytest.mark.parametrize("lr", [-1.0, float("nan"), float("inf"), "fast", None])
def test_refuses_a_wrong_learning_rate(bundle: Path, lr: object) -> None:
    session = pock.load(bundle)
    with pytest.raises(pock.PockError, match="learning rate"):
        session.set_lr(lr)  # pyright: ignore[reportArgumentType]
    assert session.lr == pytest.approx(0.1)


def test_sessions_with_different_threads_live_side_by_side(bundle: Path) -> None:
    mlp = Mlp()
    sessions = [pock.load(bundle, threads=threads) for threads in (1, 2, 3)]
    losses = [[session.train_step(*mlp.batch_of(step)) for session in sessions] for step in range(3)]
    assert all(len({round(loss, 5) for loss in step}) == 1 for step in losses)
    assert [session.threads for session in sessions] == [1, 2, 3]


def test_keyword_inputs_and_dictionary_outputs(tmp_path: Path) -> None:
    mlp = Mlp()
    write_mlp_bundle(tmp_path / "keyword.pock", mlp, input_style="keyword", output_style="dict")
    session = pock.load(tmp_path / "keyword.pock")
    reference = Reference(mlp, mlp.initial(), 0.1)
    x, y = mlp.batch_of(0)
    np.testing.assert_allclose(session.predict({"x": x})["output"], reference.predict(x), rtol=1e-5, atol=1e-6)
    assert session.train_step({"x": x}, y) == pytest.approx(reference.train_step(x, y), rel=1e-5)
    for wrong in ({}, {"x": x, "mask": x}, x):
        with pytest.raises(pock.PockError, match="train_step"):
            session.train_step(wrong, y)
    with pytest.raises(pock.PockError, match="dictionary"):
        session.predict()


def test_tuple_outputs(tmp_path: Path) -> None:
    mlp = Mlp()
    write_mlp_bundle(tmp_path / "tuple.pock", mlp, output_style="tuple")
    outputs = pock.load(tmp_path / "tuple.pock").predict(mlp.batch_of(0)[0])
    assert isinstance(outputs, tuple) and len(outputs) == 1


def test_describes_the_bundle(bundle: Path) -> None:
    session = pock.load(bundle)
    assert session.inputs == (ArraySpec("x", (4, 3), "float32"),)
    assert [spec.name for spec in (*session.targets, *session.outputs)] == ["y", "output"]
    assert session.manifest.accumulate == 1


def test_takes_tensors_without_their_framework(bundle: Path) -> None:
    class Tensor:
        """Looks like a tensor of a framework: converts to numpy, but only when detached."""

        def __init__(self, array: np.ndarray, attached: bool = True):
            self.array, self.attached = array, attached

        def detach(self) -> Tensor:
            return Tensor(self.array, attached=False)

        def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
            if self.attached:
                raise RuntimeError("call detach first")
            return self.array

    mlp = Mlp()
    x, y = mlp.batch_of(0)
    expected = pock.load(bundle).train_step(x, y)
    assert pock.load(bundle).train_step(Tensor(x), Tensor(y)) == expected


def test_takes_arrays_in_any_memory_order(bundle: Path) -> None:
    x, y = Mlp().batch_of(0)
    expected = pock.load(bundle).train_step(x, y)
    assert pock.load(bundle).train_step(np.asfortranarray(x), np.repeat(y, 2, axis=0)[::2]) == expected
