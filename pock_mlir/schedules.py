"""Learning-rate schedules, as data: `compile` writes one into the bundle, the session evaluates it at every update.

A schedule is a factor on the base rate as a function of the updates done so far; it needs neither framework nor
compiler.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

from pock_mlir.errors import ScheduleError
from pock_mlir.fields import Count, NotNegative, WholeNumber, check_fields


@dataclass(frozen=True, kw_only=True)
class Schedule(ABC):
    """What all schedules share: a linear warm-up from `warmup_start` of the base rate over `warmup_steps` updates.

    With `warmup_start=0` the first update of a warm-up has the rate 0, as in transformers' schedules.
    """

    warmup_steps: WholeNumber = 0
    warmup_start: NotNegative = 0.0

    name: ClassVar[str]
    """On the command line and in manifests."""

    def __post_init__(self) -> None:
        check_fields(self, ScheduleError)
        total = getattr(self, "total_steps", None)
        if total is not None and total < self.warmup_steps:
            raise ScheduleError(
                f"{type(self).__name__}: total_steps is {total}, less than the {self.warmup_steps} steps of the warm-up"
            )

    def factor(self, step: int) -> float:
        """What the base rate is multiplied by for the update number `step`, counted from 0."""
        if step < self.warmup_steps:
            return self.warmup_start + (1.0 - self.warmup_start) * step / self.warmup_steps
        return self._after_warmup(step - self.warmup_steps)

    @abstractmethod
    def _after_warmup(self, step: int) -> float: ...

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, **asdict(self)}


@dataclass(frozen=True, kw_only=True)
class ConstantSchedule(Schedule):
    """The base rate, after the warm-up."""

    name: ClassVar[str] = "constant"

    def _after_warmup(self, step: int) -> float:
        return 1.0


@dataclass(frozen=True, kw_only=True)
class _Decay(Schedule):
    """From the base rate after the warm-up to `final` of it at `total_steps`, warm-up included; then constant."""

    total_steps: Count
    final: NotNegative = 0.0

    def _after_warmup(self, step: int) -> float:
        left = 1.0 - self._progressed(min(1.0, step / max(1, self.total_steps - self.warmup_steps)))
        return self.final + (1.0 - self.final) * left

    @abstractmethod
    def _progressed(self, progress: float) -> float: ...


@dataclass(frozen=True, kw_only=True)
class LinearSchedule(_Decay):
    """Warm-up, then linearly down to `final` of the base rate at update `total_steps` (warm-up included).

    Constant afterwards. As transformers.get_linear_schedule_with_warmup, and as torch's LinearLR with end_factor=final.
    """

    name: ClassVar[str] = "linear"

    def _progressed(self, progress: float) -> float:
        return progress


@dataclass(frozen=True, kw_only=True)
class CosineSchedule(_Decay):
    """Warm-up, then half a cosine down to `final` of the base rate at update `total_steps` (warm-up included).

    Constant afterwards. As transformers.get_cosine_schedule_with_warmup, and up to `total_steps` as torch's
    CosineAnnealingLR with eta_min=final*lr (Loshchilov and Hutter, arXiv:1608.03983, without restarts).
    """

    name: ClassVar[str] = "cosine"

    def _progressed(self, progress: float) -> float:
        return 0.5 * (1.0 - math.cos(math.pi * progress))


@dataclass(frozen=True, kw_only=True)
class StepSchedule(Schedule):
    """After the warm-up, times `gamma` after every `every` updates, as torch's StepLR."""

    every: Count
    gamma: NotNegative = 0.1

    name: ClassVar[str] = "step"

    def _after_warmup(self, step: int) -> float:
        return self.gamma ** (step // self.every)


SCHEDULES: dict[str, type[Schedule]] = {
    kind.name: kind for kind in (ConstantSchedule, LinearSchedule, CosineSchedule, StepSchedule)
}
"""By the names of the command line and of manifests."""


def make_schedule(name: str, options: dict[str, Any]) -> Schedule:
    """The schedule of that name. Raises ScheduleError for an unknown name or option, and for one that is missing."""
    kind = SCHEDULES.get(name)
    if kind is None:
        raise ScheduleError(f"unknown schedule '{name}'; the schedules are {', '.join(SCHEDULES)}")
    known = [field.name for field in fields(kind)]
    unknown = next((option for option in options if option not in known), None)
    if unknown is not None:
        raise ScheduleError(f"the schedule '{name}' has no option '{unknown}'; its options are {', '.join(known)}")
    try:
        return kind(**options)
    except TypeError:
        needed = next(option for option in ("total_steps", "every") if option in known and option not in options)
        raise ScheduleError(f"the schedule '{name}' needs {needed}, a number of optimizer updates") from None


def schedule_from_json(data: Any) -> Schedule | None:
    """What `to_json` gave, or None. Raises ScheduleError."""
    if data is None:
        return None
    if not isinstance(data, dict) or not isinstance(data.get("name"), str):
        raise ScheduleError(f"a schedule must be an object with a 'name', found {data!r}")
    return make_schedule(data["name"], {key: value for key, value in data.items() if key != "name"})
