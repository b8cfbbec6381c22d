"""Activation functions."""

from __future__ import annotations

import functools

import numpy as np
import torch
from support.gradients import Case
from torch.nn import functional

from pock_mlir.dialects import activation

from .arrays import normal, numbers, size_name

SHAPES = ((), (1,), (3, 4), (2, 1, 3, 2))
EXTREME = numbers([-1000.0, -100.0, -30.0, -1e-6, 0.0, 1e-6, 30.0, 100.0, 1000.0])
OPS = {
    "pock.relu": (activation.relu, torch.relu),
    "pock.sigmoid": (activation.sigmoid, torch.sigmoid),
    "pock.silu": (activation.silu, functional.silu),
}


def _gelu(form: str) -> list[Case]:
    build = functools.partial(activation.gelu, approximate=form)
    reference = functools.partial(functional.gelu, approximate=form)
    inputs = {size_name(shape): normal(*shape) for shape in SHAPES}
    inputs |= {"from-minus-10-to-10": np.linspace(-10, 10, 401), "extreme": EXTREME}
    return [Case("pock.gelu", f"{form}-{name}", [x], build, reference, tolerance=3e-6) for name, x in inputs.items()]


CASES = [
    *(
        Case(rule, size_name(shape), [normal(*shape)], build, reference)
        for rule, (build, reference) in OPS.items()
        for shape in SHAPES
    ),
    *(Case(rule, "extreme", [EXTREME], build, reference) for rule, (build, reference) in OPS.items()),
    Case(
        "pock.relu",
        "with-limit",
        [numbers([-1.0, 0.0, 0.5, 2.0, 5.999, 6.0, 7.5])],
        lambda x: activation.relu(x, 6.0),
        torch.nn.functional.relu6,
    ),
    Case("pock.relu", "at-zero", [numbers([0.0, -0.0, 1e-30, -1e-30])], activation.relu, torch.relu),
    *_gelu("none"),
    *_gelu("tanh"),
]
