"""A training step as the model's own framework computes it, and how another one is compared with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from pock_mlir.errors import CompileError
from pock_mlir.frontends.owners import described

# Gradients that are zero but for rounding: differences count beside this share of the largest gradient of all.
_NOISE = 1e-3
# How many times the framework's own rounding error another order of the same arithmetic may be away.
_ROUNDINGS = 10.0


@dataclass(frozen=True)
class StepResult:
    """One training step without an update: the loss, the gradients of the parameters asked for (None where there is
    none), and all parameters and buffers after it, by symbol. `rounding` and `state_rounding`, where known, are the
    largest error of each gradient, and of each parameter and buffer. bfloat16 is held in float32.
    """

    loss: np.ndarray
    gradients: Mapping[str, np.ndarray | None]
    state: Mapping[str, np.ndarray]
    rounding: Mapping[str, float] = field(default_factory=dict)
    state_rounding: Mapping[str, float] = field(default_factory=dict)


def compare(
    expected: StepResult,
    found: StepResult,
    tolerance: float,
    what: str,
    advice: str,
    floors: Mapping[str, float] | None = None,
) -> None:
    """Raises CompileError where one training step differs from another by more than `tolerance`, as a share of the
    largest element of a tensor; `floors` says below which size the elements of a gradient are rounding.
    """
    problems = []
    if _error(found.loss, expected.loss, 0.0) > tolerance:
        problems.append(f"the loss is {found.loss.item():.6g} instead of {expected.loss.item():.6g}")
    sizes = [float(np.abs(g).max()) for g in expected.gradients.values() if g is not None and g.size]
    floor = _NOISE * max((size for size in sizes if size == size and size != float("inf")), default=0.0)
    for name, gradient in expected.gradients.items():
        least = max(floor, (floors or {}).get(name, 0.0), _ROUNDINGS * expected.rounding.get(name, 0.0) / tolerance)
        problems += _gradient_problem(name, gradient, found.gradients.get(name), least, tolerance)
    for name, value in expected.state.items():
        least = max(1e-6, _ROUNDINGS * expected.state_rounding.get(name, 0.0) / tolerance)
        if name in found.state and _error(found.state[name], value, least) > tolerance:
            problems.append(f"{described(name)} after the step differs by {_size(found.state[name], value)}")
    if problems:
        more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise CompileError(
            f"{what} does not train as the model does on the example batch: {'; '.join(problems[:3])}{more}. {advice}"
        )


def _gradient_problem(
    name: str, expected: np.ndarray | None, found: np.ndarray | None, floor: float, tolerance: float
) -> list[str]:
    if expected is None and found is None:
        return []
    if expected is None:
        return [f"{described(name)} gets a gradient, where PyTorch has none"]
    if found is None:
        return [f"{described(name)} gets no gradient, where PyTorch has one"]
    if _error(found, expected, floor) <= tolerance:
        return []
    return [f"the gradient of {described(name)} differs by {_size(found, expected)}"]


def _error(found: np.ndarray, expected: np.ndarray, floor: float) -> float:
    """The largest difference as a share of the largest element; NaN and infinity must be where they are expected."""
    if found.shape != expected.shape:
        return float("inf")
    if not expected.size:
        return 0.0
    if not np.issubdtype(expected.dtype, np.floating):
        return 0.0 if np.array_equal(found, expected) else float("inf")
    found, expected = found.astype(np.float64), expected.astype(np.float64)
    regular = np.isfinite(expected)
    if not np.array_equal(np.nan_to_num(found[~regular], nan=0.5), np.nan_to_num(expected[~regular], nan=0.5)):
        return float("inf")
    if not np.isfinite(found[regular]).all():
        return float("inf")
    difference = np.abs(found[regular] - expected[regular]).max() if regular.any() else 0.0
    size = max(float(np.abs(expected[regular]).max()) if regular.any() else 0.0, floor)
    return float(difference) / size if size else (0.0 if float(difference) <= floor else float("inf"))


def _size(found: np.ndarray, expected: np.ndarray) -> str:
    if found.shape != expected.shape or not np.issubdtype(expected.dtype, np.floating):
        return f"more than a number: {list(found.shape)} instead of {list(expected.shape)}"
    with np.errstate(invalid="ignore"):
        difference = float(np.abs(found.astype(np.float64) - expected.astype(np.float64)).max())
    return f"{difference:.3g} (its largest element is {float(np.abs(expected).max()):.3g})"
