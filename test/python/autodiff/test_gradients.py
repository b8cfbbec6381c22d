"""Every gradient rule against torch.autograd in float64."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from support.gradient_cases import FAMILIES
from support.gradients import DOUBLE_TOLERANCE, Case, Programs, assert_close, reference_of

from pock_mlir.passes.backward.autodiff import vjp

SINGLES = [(family, case) for family, cases in FAMILIES.items() for case in cases]
DOUBLES = [(family, case) for family, case in SINGLES if case.doubles]


def test_every_rule_has_a_case() -> None:
    assert {case.rule for _, case in SINGLES} == set(vjp.names())


@pytest.mark.parametrize(("family", "case"), SINGLES, ids=[case.id for _, case in SINGLES])
def test_in_single_precision(family: str, case: Case) -> None:
    _check(family, case, np.float32, case.tolerance)


@pytest.mark.parametrize(("family", "case"), DOUBLES, ids=[case.id for _, case in DOUBLES])
def test_in_double_precision(family: str, case: Case) -> None:
    _check(family, case, np.float64, DOUBLE_TOLERANCE)


def _check(family: str, case: Case, dtype: type[np.floating], tolerance: float) -> None:
    programs = _compiled(family, dtype)
    assert isinstance(programs, Programs), programs
    got, want = programs.run(case), reference_of(case, dtype)
    assert_close(got.result, want.result, tolerance, "result")
    for index, (gradient, expected) in enumerate(zip(got.gradients, want.gradients, strict=True)):
        assert_close(gradient, expected, tolerance, f"gradient of operand {index}")


@functools.cache
def _compiled(family: str, dtype: type[np.floating]) -> Programs | str:
    """The cases of a family for elements of `dtype`, or why they do not compile, so that a failure, too, costs one
    compilation.
    """
    try:
        return Programs([case for case in FAMILIES[family] if case.doubles or dtype is np.float32], dtype)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
