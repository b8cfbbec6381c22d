"""Conversions of torch ops: results and gradients of exported models against PyTorch."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from support.conversion_cases import FAMILIES
from support.conversions import MARKED, NOT_EXPORTED, RANDOM, Case, Outcome, compiled_outcome, expected_outcome

from pock_mlir.passes.forward.convert_torch_to_pock import torch_op

CASES = [(family, case) for family, cases in FAMILIES.items() for case in cases]
IDS = [f"{family}-{case.name}" for family, case in CASES]


@functools.cache
def _outcome(family: str) -> Outcome | str:
    """What a family gives, or why it does not, so that a failure, too, costs one compilation."""
    try:
        return compiled_outcome(FAMILIES[family])
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _known_outcome(family: str) -> Outcome:
    outcome = _outcome(family)
    assert isinstance(outcome, Outcome), outcome
    return outcome


@pytest.mark.parametrize(("family", "case"), CASES, ids=IDS)
def test_results(family: str, case: Case) -> None:
    expected, _ = expected_outcome(case)
    for got, want in zip(_known_outcome(family).results[case.name], expected, strict=True):
        assert (got.dtype, got.shape) == (want.numpy().dtype, tuple(want.shape))
        _assert_close(got, want.numpy(), case.tolerance)


@pytest.mark.parametrize(("family", "case"), CASES, ids=IDS)
def test_gradients(family: str, case: Case) -> None:
    _, expected = expected_outcome(case)
    for got, want in zip(_known_outcome(family).gradients[case.name], expected, strict=True):
        assert (got is None) == (want is None), "a gradient of zeros is not none"
        if got is not None and want is not None:
            _assert_close(got, want, case.tolerance)


def _assert_close(got: np.ndarray, want: np.ndarray, tolerance: float) -> None:
    """Floating-point elements may differ by `tolerance` times the largest magnitude, at least 1, that is wanted."""
    if want.dtype.kind != "f":
        np.testing.assert_array_equal(got, want)
        return
    finite = np.abs(want[np.isfinite(want)])
    largest = max(finite.max() if finite.size else 0.0, 1.0)
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance * largest)


def test_every_conversion_is_exported() -> None:
    exported = set().union(*(_known_outcome(family).exported for family in FAMILIES))
    assert set(torch_op.names()) - exported == NOT_EXPORTED | RANDOM | MARKED
