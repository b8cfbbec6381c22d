"""Wrong inputs: one clear error each, and a session that is as it was."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.mlp_bundle import Mlp

import pock_mlir as pock
from pock_mlir.bundle import ArraySpec
from pock_mlir.errors import InputError
from pock_mlir.runtime.inputs import check_arguments

X, Y = Mlp().batch_of(0)
NAN = X.copy()
NAN[2, 1] = np.nan

WRONG = {
    "count": ((X,), "takes 2 arrays (x, y), got 1"),
    "shape": ((X[:3], Y), "'x' has shape [3, 3], the bundle was compiled for [4, 3]"),
    "rank": ((X[0], Y), "'x' has shape [3]"),
    "dtype": (
        (X.astype(np.float64), Y),
        "'x' is float64, the bundle takes float32; convert it with .astype('float32')",
    ),
    "target dtype": ((X, Y.astype(np.int64)), "'y' is int64, the bundle takes float32"),
    "NaN": ((NAN, Y), "'x' has 1 NaN, the first at index [2, 1]"),
    "no array": (("batch", Y), "'x' is not an array of float32"),
    "inexact list": (([[0.1] * 3] * 4, Y), "not exactly float32"),
}


@pytest.mark.parametrize("case", WRONG)
def test_error_leaves_the_session_as_it_was(bundle: Path, case: str) -> None:
    arrays, message = WRONG[case]
    session = pock.load(bundle, threads=1)
    session.train_step(X, Y)
    before = session.state_dict()
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        session.train_step(*arrays)
    assert "\n" not in str(caught.value)
    after = session.state_dict()
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert session.step == 1
    untouched = pock.load(bundle, threads=1)
    untouched.train_step(X, Y)
    assert session.train_step(X, Y) == untouched.train_step(X, Y)


LABELS = ArraySpec("labels", (4,), "int64", range=(0, 8), ignore=-100)


def check(value: Any, spec: ArraySpec = LABELS) -> np.ndarray:
    return check_arguments([value], [spec], "train_step")[0]


def test_index_range() -> None:
    np.testing.assert_array_equal(check(np.array([0, 7, -100, 3])), [0, 7, -100, 3])
    with pytest.raises(
        InputError, match=re.escape("'labels' is 8 at index [2], it must be in [0, 8) or -100 (ignored)")
    ):
        check(np.array([0, 1, 8, 9]))
    with pytest.raises(InputError, match=re.escape("is -1 at index [0]")):
        check(np.array([-1, 1, 2, 3]))
    with pytest.raises(InputError, match="int32, the bundle takes int64"):
        check(np.array([0, 1, 2, 3], dtype=np.int32))


def test_python_values_only_if_exact() -> None:
    assert check([0, 1, 2, 7]).dtype == np.int64
    half = ArraySpec("x", (2,), "float32")
    np.testing.assert_array_equal(check([0.5, 2.0], half), np.float32([0.5, 2.0]))
    wrong: list[tuple[Any, ArraySpec]] = [
        ([0.5, 0.1], half),
        ([1, 2], half),
        ([1.0, 2.0, 3.0, 4.0], LABELS),
        (["a", "b"], half),
        ([[1.0], [2.0, 3.0]], half),
        ([2**40] * 4, ArraySpec("ids", (4,), "int32")),
    ]
    for value, spec in wrong:
        with pytest.raises(InputError, match="not exactly"):
            check(value, spec)


def test_infinity_is_allowed() -> None:
    mask = np.float32([0, -np.inf])
    np.testing.assert_array_equal(check(mask, ArraySpec("mask", (2,), "float32")), mask)
