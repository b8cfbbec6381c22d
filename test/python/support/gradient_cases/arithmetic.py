"""Elementwise arithmetic of the arith dialect."""

from __future__ import annotations

import numpy as np
import torch
from support.gradients import Case
from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.upstream import add, div, mul, neg, select, sub, with_element

from .arrays import between, few_values, normal, numbers, size_name

SHAPES = ((), (5,), (3, 1, 2))
BINARY = {
    "arith.addf": (add, torch.add),
    "arith.subf": (sub, torch.sub),
    "arith.mulf": (mul, torch.mul),
    "arith.divf": (div, torch.div),
    "arith.maximumf": (lambda a, b: arith.MaximumFOp(a, b).result, torch.maximum),
    "arith.minimumf": (lambda a, b: arith.MinimumFOp(a, b).result, torch.minimum),
}


def _binary() -> list[Case]:
    cases = []
    for rule, (build, reference) in BINARY.items():
        for shape in SHAPES:
            left, right = normal(*shape, seed=1), between(0.5, 2.0, *shape, seed=2)
            cases.append(Case(rule, size_name(shape), [left, right], build, reference))
        cases.append(_with_itself(rule))
        cases.append(Case(rule, "second-operand-fixed", [normal(4)], build, reference, fixed=[between(1, 2, 4)]))
    return cases


def _with_itself(rule: str) -> Case:
    """Both operands from one value: x and x * x."""
    build, reference = BINARY[rule]
    return Case(
        rule, "of-x-and-its-square", [between(0.5, 2, 4)], lambda x: build(x, mul(x, x)), lambda x: reference(x, x * x)
    )


def _extrema() -> list[Case]:
    cases = []
    for rule in ("arith.maximumf", "arith.minimumf"):
        build, reference = BINARY[rule]
        ties = [few_values(4, 5, seed=1), few_values(4, 5, seed=2)]
        signed_zeros = [numbers([0.0, -0.0, 0.0, -0.0]), numbers([0.0, 0.0, -0.0, -0.0])]
        cases.append(Case(rule, "ties", ties, build, reference))
        cases.append(Case(rule, "ties-of-zeros", signed_zeros, build, reference))
    return cases


def _select() -> list[Case]:
    condition = np.array([[True, False, True], [False, False, True]])
    choose = lambda a, b, c: select(c, a, b)  # noqa: E731
    where = lambda a, b, c: torch.where(c, a, b)  # noqa: E731
    operands = [normal(2, 3, seed=1), normal(2, 3, seed=2)]
    return [
        Case("arith.select", "both-trained", operands, choose, where, fixed=[condition]),
        Case(
            "arith.select",
            "with-itself",
            operands[:1],
            lambda x, c: select(c, x, neg(x)),
            lambda x, c: torch.where(c, x, -x),
            fixed=[condition],
        ),
    ]


def _narrowed(x: ir.Value) -> ir.Value:
    """x rounded to f16."""
    narrow = arith.TruncFOp(with_element(x.type, ir.F16Type.get()), x).result
    return arith.ExtFOp(x.type, narrow).result


def _squared_in_doubles(x: ir.Value) -> ir.Value:
    wide = arith.ExtFOp(with_element(x.type, ir.F64Type.get()), x).result
    return arith.TruncFOp(x.type, mul(wide, wide)).result


CASES = [
    *_binary(),
    *_extrema(),
    *_select(),
    *(Case("arith.negf", size_name(shape), [normal(*shape)], neg, torch.neg) for shape in SHAPES),
    Case("arith.truncf", "to-f16-and-back", [normal(6)], _narrowed, lambda x: x.half().double()),
    Case("arith.extf", "squared-in-f64", [normal(2, 3)], _squared_in_doubles, torch.square, doubles=False),
]
