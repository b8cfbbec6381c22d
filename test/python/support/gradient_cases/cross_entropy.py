"""Cross-entropy: reductions, ignored targets, label smoothing, class weights."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from support.gradients import Case
from torch.nn import functional

from pock_mlir.dialects.cross_entropy import cross_entropy

from .arrays import normal, numbers

CLASSES = 4
UNIFORM = np.ones(CLASSES)
WEIGHTS = numbers([0.5, 2.0, 0.0, 1.25])
TARGET = np.array([0, 3, 1, 1, 2, 3])
IGNORED = np.array([0, -100, 1, -100, 2, 3])


def _case(
    name: str, target: np.ndarray, weights: np.ndarray = UNIFORM, logits: np.ndarray | None = None, **options: Any
) -> Case:
    return Case(
        "pock.cross_entropy",
        name,
        [normal(len(target), CLASSES) if logits is None else logits],
        lambda x, t, w: cross_entropy(x, t, w, **options),
        lambda x, t, w: functional.cross_entropy(x, t.long(), w, **options),
        fixed=[target, weights],
        doubles=bool(options.get("label_smoothing")),
    )


def _combinations() -> list[Case]:
    cases = []
    for reduction, smoothing, weighted, ignoring in itertools.product(
        ("none", "mean", "sum"), (0.0, 0.1), (False, True), (False, True)
    ):
        parts = [reduction, "smooth" * bool(smoothing), "weighted" * weighted, "ignoring" * ignoring]
        name = "-".join(part for part in parts if part)
        target, weights = IGNORED if ignoring else TARGET, WEIGHTS if weighted else UNIFORM
        cases.append(_case(name, target, weights, reduction=reduction, label_smoothing=smoothing))
    return cases


CASES = [
    *_combinations(),
    _case("all-ignored-but-one", np.array([-100, -100, 2, -100])),
    _case("all-ignored-but-one-smooth", np.array([1, -100, -100]), label_smoothing=0.2),
    _case("ignoring-a-class", np.array([0, 2, 2, 1]), ignore_index=2),
    _case("smoothing-of-1", TARGET, label_smoothing=1.0),
    _case("one-sample", np.array([3])),
    _case("32-bit-targets", TARGET.astype(np.int32)),
    _case("large-logits", np.array([0, 1, 2]), logits=1e4 * normal(3, CLASSES), reduction="none"),
    _case("equal-logits", np.array([0, 1, 2]), logits=np.zeros((3, CLASSES))),
    _case(
        "impossible-classes",
        np.array([0, 2]),
        logits=numbers([[0.3, -np.inf, 1.0, -np.inf], [-np.inf, 0.1, 0.2, 0.4]]),
    ),
]
