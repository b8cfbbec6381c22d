"""Softmax and log-softmax."""

from __future__ import annotations

import numpy as np
import torch
from support.gradients import Case

from pock_mlir.dialects.softmax import log_softmax, softmax
from pock_mlir.dialects.upstream import add

from .arrays import normal, numbers, size_name

OPS = {"pock.softmax": (softmax, torch.softmax), "pock.log_softmax": (log_softmax, torch.log_softmax)}
USES = (((5,), 0), ((1,), 0), ((3, 4), 0), ((3, 4), 1), ((3, 1), 1), ((2, 3, 4), 1), ((2, 2, 3, 5), 3))
LARGE = numbers([[1e4, 1e4 - 1, -1e4], [300.0, 200.0, 300.0], [-1e30, 0.0, 1.0]])
# Where everything but one element, or some elements, are masked.
MASK = numbers([[0.0, -np.inf, 0.0, -np.inf], [-np.inf, -np.inf, 0.0, -np.inf], [0.0, 0.0, 0.0, 0.0]])


def _cases(rule: str) -> list[Case]:
    op, function = OPS[rule]

    def case(name: str, x: np.ndarray, dim: int) -> Case:
        return Case(rule, name, [x], lambda v: op(v, dim), lambda v: function(v, dim))

    return [
        *(case(f"{size_name(shape)}-along-{dim}", normal(*shape), dim) for shape, dim in USES),
        case("large-values", LARGE, 1),
        case("equal-values", np.full((2, 5), 3.0), 1),
        Case(
            rule,
            "masked",
            [normal(3, 4)],
            lambda x, mask: op(add(x, mask), 1),
            lambda x, mask: function(x + mask, 1),
            fixed=[MASK],
        ),
    ]


CASES = [case for rule in OPS for case in _cases(rule)]
