"""Gradients against central differences of the compiled loss itself: no framework between."""

from __future__ import annotations

import numpy as np
import pytest
from support.gradient_cases import FAMILIES
from support.gradients import Case, Programs

STEP = 1e-6
# The error of the quotient: rounding of the loss over the step, and the third derivative times the step's square.
TOLERANCE = 1e-7
NAMES = (
    "arith.divf-3x1x2",
    "math.powf-7",
    "pock.silu-3x4",
    "pock.broadcast-2x1-to-3x2x4",
    "pock.conv2d-2-groups",
    "pock.conv2d-3x3-by-2",
    "pock.conv2d_input_grad-3x3-by-2",
    "pock.cross_entropy-mean-smooth-weighted-ignoring",
    "pock.embedding-repeated",
    "pock.normalize-2x3x4-over-2",
    "pock.matmul-tn-2-3x4x5",
    "pock.max_pool2d-overlapping-by-2",
    "pock.avg_pool2d-overlapping-by-2-without-padding",
    "pock.reduce-max-2x3x4-over-0-2",
    "pock.softmax-2x3x4-along-1",
    "pock.log_softmax-3x4-along-1",
    "tensor.insert_slice-2x3-into-4x6-at-1x0-by-1x2",
)
CASES = [case for cases in FAMILIES.values() for case in cases if case.id in NAMES]


def test_all_cases_are_there() -> None:
    assert {case.id for case in CASES} == set(NAMES)


@pytest.fixture(scope="module")
def programs() -> Programs:
    return Programs(CASES, np.float64, with_loss=True)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_slope_along_a_random_direction(programs: Programs, case: Case) -> None:
    rng = np.random.default_rng(7)
    directions = [rng.standard_normal(x.shape) for x in case.trained]

    def loss(distance: float) -> float:
        loss = programs.run(case, [x + distance * d for x, d in zip(case.trained, directions, strict=True)]).loss
        assert loss is not None
        return loss

    gradients = programs.run(case).gradients
    slope = sum(float((g * d).sum()) for g, d in zip(gradients, directions, strict=True))
    assert (loss(STEP) - loss(-STEP)) / (2 * STEP) == pytest.approx(slope, rel=TOLERANCE, abs=TOLERANCE)
