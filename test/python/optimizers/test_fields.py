"""Every field of every optimizer and schedule, and of a precision: what makes no sense in it is refused, by name."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

import pock_mlir as pock
from pock_mlir.errors import PockError
from pock_mlir.optimizers import OPTIMIZERS
from pock_mlir.schedules import SCHEDULES

KINDS: dict[str, Any] = {kind.__name__: kind for kind in (*OPTIMIZERS.values(), *SCHEDULES.values(), pock.Precision)}
FIELDS = [(name, field.name) for name, kind in KINDS.items() for field in dataclasses.fields(kind)]
COUNTS = ("accumulate", "warmup_steps", "total_steps", "every")
NEEDED = {"total_steps": 10, "every": 2}
# Of no field a value, but None of one, and large numbers of those without a largest.
WRONG = (-1, -0.5, math.nan, 10**400, "0.1", [0.5], (0.5, 0.5, 0.5), (0.5, 1.0), (-0.1, 0.5), {}, None)


def make(name: str, **values: Any) -> Any:
    needed = {field.name for field in dataclasses.fields(KINDS[name])} & NEEDED.keys()
    return KINDS[name](**{key: NEEDED[key] for key in needed} | values)


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_what_makes_no_sense_is_refused_by_name(name: str, field: str) -> None:
    is_bool = isinstance(getattr(make(name), field), bool)
    for wrong in (*WRONG, 0 if is_bool else True):
        if (field == "clip_norm" and wrong in (None, 10**400)) or (field in COUNTS and wrong == 10**400):
            continue
        with pytest.raises(PockError, match=f"{name}: {field} must be .*, got "):
            make(name, **{field: wrong})


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_a_default_may_be_given(name: str, field: str) -> None:
    made = make(name)
    assert make(name, **{field: getattr(made, field)}) == made


@pytest.mark.parametrize(
    ("name", "field", "values"),
    [
        ("SGD", "dampening", (0, 0.5, 1)),
        ("SGD", "clip_norm", (1, 0.5, None)),
        ("SGD", "lr", (0, 0.0, 3)),
        ("RMSprop", "alpha", (0, 1.0)),
        ("Adam", "betas", ((0, 0), (0.9, 0.99), [0.9, 0.99])),
        ("ConstantSchedule", "warmup_steps", (0, 7)),
        ("Precision", "storage", ("f32", "bf16", "f16")),
    ],
)
def test_what_makes_sense_is_taken(name: str, field: str, values: tuple[Any, ...]) -> None:
    for value in values:
        assert getattr(make(name, **{field: value}), field) == value
