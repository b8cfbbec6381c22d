"""Every schedule at every step against torch's and transformers', and what they refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import ConstantLR, CosineAnnealingLR, LinearLR, LRScheduler, SequentialLR, StepLR
from transformers import (
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_linear_schedule_with_warmup,
)

import pock_mlir as pock
from pock_mlir.schedules import SCHEDULES, Schedule, schedule_from_json

LR = 0.3
TOTAL = 40


def after_warmup(make: Callable[[Optimizer], LRScheduler], steps: int, start: float) -> Callable[[Optimizer], object]:
    """Torch's linear warm-up before another of its schedulers."""

    def sequence(optimizer: Optimizer) -> SequentialLR:
        warmup = LinearLR(optimizer, start_factor=start, total_iters=steps)
        return SequentialLR(optimizer, [warmup, make(optimizer)], [steps])

    return sequence


CASES: dict[str, tuple[Schedule, Callable[[Optimizer], object]]] = {
    "constant": (pock.ConstantSchedule(), lambda o: ConstantLR(o, factor=1.0)),
    "constant-warmup": (pock.ConstantSchedule(warmup_steps=7), lambda o: get_constant_schedule_with_warmup(o, 7)),
    "linear": (
        pock.LinearSchedule(total_steps=TOTAL, warmup_steps=5),
        lambda o: get_linear_schedule_with_warmup(o, 5, TOTAL),
    ),
    "linear-final": (
        pock.LinearSchedule(total_steps=30, final=0.2),
        lambda o: LinearLR(o, start_factor=1.0, end_factor=0.2, total_iters=30),
    ),
    "linear-sequence": (
        pock.LinearSchedule(total_steps=25, warmup_steps=5, warmup_start=0.25, final=0.1),
        after_warmup(lambda o: LinearLR(o, start_factor=1.0, end_factor=0.1, total_iters=20), 5, 0.25),
    ),
    "cosine": (
        pock.CosineSchedule(total_steps=TOTAL, warmup_steps=6),
        lambda o: get_cosine_schedule_with_warmup(o, 6, TOTAL),
    ),
    "cosine-without-warmup": (
        pock.CosineSchedule(total_steps=TOTAL),
        lambda o: get_cosine_schedule_with_warmup(o, 0, TOTAL),
    ),
    "cosine-final": (
        pock.CosineSchedule(total_steps=TOTAL, final=0.1),
        lambda o: CosineAnnealingLR(o, TOTAL, eta_min=0.1 * LR),
    ),
    "cosine-sequence": (
        pock.CosineSchedule(total_steps=TOTAL, warmup_steps=10, warmup_start=0.5, final=0.1),
        after_warmup(lambda o: CosineAnnealingLR(o, TOTAL - 10, eta_min=0.1 * LR), 10, 0.5),
    ),
    "step": (pock.StepSchedule(every=7, gamma=0.5), lambda o: StepLR(o, 7, 0.5)),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("ignore:The epoch parameter")
def test_every_step(name: str) -> None:
    ours, make = CASES[name]
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=LR)
    theirs = make(optimizer)
    for step in range(TOTAL + 1):
        assert LR * ours.factor(step) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9, abs=1e-12), step
        optimizer.step()
        theirs.step()  # pyright: ignore[reportAttributeAccessIssue]


def test_the_rate_stays_after_the_end() -> None:
    for kind in (pock.LinearSchedule, pock.CosineSchedule):
        schedule = kind(total_steps=10, warmup_steps=3, final=0.25)
        assert [schedule.factor(step) for step in (10, 11, 1000)] == [0.25] * 3


def test_every_schedule_is_here_and_is_data() -> None:
    assert {ours.name for ours, _ in CASES.values()} == set(SCHEDULES)
    for ours, _ in CASES.values():
        assert schedule_from_json(ours.to_json()) == ours
    assert schedule_from_json(None) is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: pock.CosineSchedule(total_steps=0), "total_steps must be an integer of at least 1"),
        (lambda: pock.CosineSchedule(total_steps=9.5), "total_steps must be an integer"),
        (lambda: pock.LinearSchedule(total_steps=5, warmup_steps=6), "less than the 6 steps of the warm-up"),
        (lambda: pock.LinearSchedule(total_steps=5, final=-1.0), "final must be a finite number"),
        (lambda: pock.ConstantSchedule(warmup_steps=-1), "warmup_steps must be an integer of at least 0"),
        (lambda: schedule_from_json({"name": "sawtooth"}), "unknown schedule 'sawtooth'"),
        (lambda: schedule_from_json({"name": "step"}), "'step' needs every"),
        (lambda: schedule_from_json({"name": "step", "every": 3, "each": 1}), "has no option 'each'"),
        (lambda: schedule_from_json("cosine"), "must be an object"),
    ],
)
def test_what_makes_no_sense(make: Callable[[], object], message: str) -> None:
    with pytest.raises(pock.PockError, match=message):
        make()
