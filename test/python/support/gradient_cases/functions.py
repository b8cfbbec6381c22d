"""Elementwise functions of the math dialect, also close to where they are singular."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from support.gradients import Case
from torch_mlir import ir
from torch_mlir.dialects import math

from .arrays import between, normal, numbers, size_name

SHAPES = ((), (7,), (2, 1, 3))
AROUND_ZERO = numbers([-1e-3, -1e-6, -1e-12, 0.0, 1e-12, 1e-6, 1e-3])
SMALL = numbers([1e-12, 1e-8, 1e-4, 1e-2])
LARGE = numbers([-80.0, -20.0, -9.0, 0.0, 9.0, 20.0, 80.0])


def _unary(name: str, inputs: dict[str, np.ndarray], doubles: bool = True, tolerance: float = 2e-6) -> list[Case]:
    op = {"absf": math.AbsFOp, "expm1": math.ExpM1Op, "log1p": math.Log1pOp}.get(name)
    op = op or getattr(math, f"{name.capitalize()}Op")
    build: Callable[[ir.Value], ir.Value] = lambda x: op(x).result  # noqa: E731
    reference = getattr(torch, name.removesuffix("f") if name == "absf" else name)
    return [
        Case(f"math.{name}", k, [x], build, reference, doubles=doubles, tolerance=tolerance) for k, x in inputs.items()
    ]


def _shapes(low: float, high: float) -> dict[str, np.ndarray]:
    return {size_name(shape): between(low, high, *shape) for shape in SHAPES}


def _power(base: ir.Value, exponent: ir.Value) -> ir.Value:
    return math.PowFOp(base, exponent).result


def _powers() -> list[Case]:
    cases = [
        Case("math.powf", size_name(s), [between(0.2, 3, *s), normal(*s, seed=1)], _power, torch.pow, tolerance=5e-6)
        for s in SHAPES
    ]
    negative = [numbers([-2.0, -1.5, -0.5, -3.0, -1.0, -0.25]), numbers([2.0, 3.0, -1.0, 1.0, 0.0, -2.0])]
    at_zero = [numbers([0.0, 0.0, 0.0, 0.0]), numbers([1.0, 2.0, 0.0, 2.5])]
    cases.append(Case("math.powf", "negative-base", negative[:1], _power, torch.pow, fixed=negative[1:]))
    cases.append(Case("math.powf", "base-zero", at_zero, _power, torch.pow))
    cases.append(Case("math.powf", "with-itself", [between(0.5, 2, 4)], lambda x: _power(x, x), lambda x: x**x))
    return cases


CASES = [
    *_unary("exp", _shapes(-3, 3) | {"wide": numbers([-100.0, -20.0, 0.0, 20.0])}),
    *_unary("expm1", _shapes(-3, 3) | {"around-zero": AROUND_ZERO}),
    *_unary("log", _shapes(0.1, 5) | {"small": SMALL}),
    *_unary("log1p", _shapes(-0.5, 5) | {"around-zero": AROUND_ZERO}),
    *_unary("sqrt", _shapes(0.1, 5) | {"small": SMALL, "zero": numbers([0.0])}),
    *_unary("rsqrt", _shapes(0.1, 5) | {"small": SMALL}),
    *_unary("tanh", _shapes(-3, 3) | {"large": LARGE}),
    *_unary("erf", _shapes(-3, 3) | {"large": LARGE}),
    *_unary("sin", _shapes(-4, 4)),
    *_unary("cos", _shapes(-4, 4)),
    *_unary("absf", _shapes(-3, 3) | {"around-zero": AROUND_ZERO}),
    *_powers(),
]
