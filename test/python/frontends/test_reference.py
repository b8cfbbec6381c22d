"""What counts as a difference between two steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pock_mlir.errors import CompileError
from pock_mlir.frontends.reference import StepResult, compare

TOLERANCE = 1e-3


def step(loss: Any = 1.0, gradient: Any = (1.0, 2.0), state: Any = (1.0, 2.0), **rounding: float) -> StepResult:
    def array(value: Any) -> np.ndarray:
        return np.asarray(value, dtype=np.int64 if np.asarray(value).dtype.kind == "i" else np.float32)

    gradients = {"model.w": None if gradient is None else array(gradient), "model.large": array([100.0])}
    return StepResult(array(loss), gradients, {"model.b": array(state)}, rounding, rounding)


def difference(expected: StepResult, found: StepResult) -> str | None:
    try:
        compare(expected, found, TOLERANCE, "the step", "Look.")
    except CompileError as error:
        return str(error)
    return None


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (step(), step()),
        (step(loss=1.0), step(loss=1.0005)),
        (step(loss=NAN), step(loss=NAN)),
        (step(state=(NAN, INF, -INF, 1.0)), step(state=(NAN, INF, -INF, 1.0005))),
        (step(state=(NAN, NAN)), step(state=(NAN, NAN))),
        (step(state=(1, 2)), step(state=(1, 2))),
        (step(state=()), step(state=())),
        (step(gradient=None), step(gradient=None)),
        (step(gradient=(1e-6, 0.0)), step(gradient=(0.0, 2e-5))),  # noise beside the large one
        (step(gradient=(1.0, 2.0), **{"model.w": 0.01}), step(gradient=(1.05, 2.0))),  # PyTorch's own is off, too
        (step(state=(1.0, 2.0), **{"model.b": 0.01}), step(state=(1.05, 2.0))),
    ],
)
def test_what_is_alike(expected: StepResult, found: StepResult) -> None:
    assert difference(expected, found) is None


@pytest.mark.parametrize(
    ("expected", "found", "words"),
    [
        (step(loss=1.0), step(loss=1.002), "the loss is 1.002 instead of 1"),
        (step(loss=1.0), step(loss=NAN), "the loss is nan instead of 1"),
        (step(gradient=(1.0, 2.0)), step(gradient=(1.0, 2.1)), "the gradient of 'w' differs by 0.1 (its largest"),
        (step(gradient=(1.0, 2.0)), step(gradient=(1.0,)), "differs by more than a number: [1] instead of [2]"),
        (step(gradient=None), step(), "'w' gets a gradient, where PyTorch has none"),
        (step(), step(gradient=None), "'w' gets no gradient, where PyTorch has one"),
        (step(state=(1.0, NAN)), step(state=(NAN, 1.0)), "'b' after the step differs"),
        (step(state=(1.0, INF)), step(state=(1.0, -INF)), "'b' after the step differs"),
        (step(state=(1.0, 2.0)), step(state=(1.0, INF)), "'b' after the step differs"),
        (step(state=(1, 2)), step(state=(1, 3)), "'b' after the step differs"),
    ],
)
def test_what_differs(expected: StepResult, found: StepResult, words: str) -> None:
    said = difference(expected, found)
    assert said is not None and words in said and said.endswith("Look."), said
