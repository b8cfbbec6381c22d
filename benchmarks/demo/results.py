"""What the stages measured, and what must hold of it."""

from __future__ import annotations

import dataclasses
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .measure import median_ratio

if TYPE_CHECKING:
    from .example import Example

#: Steps at the start that do not count for the time per step: caches and memory pools fill up.
WARMUP_STEPS = 3


@dataclass(frozen=True)
class Check:
    """A statement with what was measured for it."""

    passed: bool
    text: str


@dataclass(frozen=True)
class Results:
    """`runs` and `seconds` are by stage: what it returned, and how long it took."""

    example: Example
    runs: dict[str, dict[str, Any]]
    seconds: dict[str, float]
    environment: dict[str, str]

    @property
    def ours(self) -> dict[str, str]:
        """The titles of our variants by stage."""
        return {name: variant.title for name, variant in self.example.variants().items()}

    @property
    def sides(self) -> dict[str, str]:
        """The titles of all that trained, by stage: PyTorch, then ours."""
        return {"torch": "PyTorch eager"} | self.ours

    @property
    def first(self) -> str:
        """The variant that trains all parameters."""
        return next(iter(self.ours))

    def loss_differences(self) -> list[float]:
        """The relative difference of our full update's loss from PyTorch's, step by step."""
        ours, theirs = (np.asarray(self.runs[name]["losses"]) for name in (self.first, "torch"))
        return (np.abs(ours - theirs) / np.abs(theirs)).tolist()

    def median_step(self, side: str) -> float:
        """Seconds per training step of a side, the warm-up left out."""
        seconds = self.runs[side]["step_seconds"]
        return statistics.median(seconds[WARMUP_STEPS:] or seconds)

    def median_in_turns(self, side: str) -> float:
        """Seconds per step of a side in the rounds that gave each side a step by turns."""
        return statistics.median(self.runs["compare"]["seconds"][side])

    def ratio(self, side: str, reference: str = "torch") -> float:
        """How many times as long as the reference's a step takes in those rounds."""
        seconds = self.runs["compare"]["seconds"]
        return median_ratio(seconds[side], seconds[reference])

    def settings(self) -> dict[str, Any]:
        """The settings of the run, and what was read."""
        settings = dataclasses.asdict(self.example) | self.runs["prepare"] | {"optimizer": "AdamW"}
        return {name: value for name, value in settings.items() if name not in ("output", "cache_folder")}

    def as_json(self) -> dict[str, Any]:
        """Everything, as it is saved."""
        return self.runs | {
            "compiled": {name: self.runs[f"compile-{name}"] for name in self.ours},
            "config": self.settings(),
            "environment": self.environment,
            "seconds": self.seconds,
            "checks": [dataclasses.asdict(check) for check in self.example.checks(self)],
            "loss_differences": self.loss_differences(),
        }


def losses_check(results: Results, *limits: tuple[int | None, float]) -> Check:
    """Our full update's losses follow PyTorch's: within each limit over so many first steps (None: over all)."""
    measured = [(max(results.loss_differences()[:steps]), steps, limit) for steps, limit in limits]
    texts = [
        f"{worst:.1e} over {'all steps' if steps is None else f'the first {steps} steps'} (at most {limit:.0e})"
        for worst, steps, limit in measured
    ]
    return Check(
        all(worst <= limit for worst, _, limit in measured),
        f"the losses of our full update follow PyTorch's: largest relative difference {', '.join(texts)}",
    )


def checkpoint_check(results: Results, *, absolute: float | None = None, relative: float | None = None) -> Check:
    """Our checkpoint in the PyTorch model gives the logits of our session."""
    compared = results.runs["compare"]
    difference, unit = compared["checkpoint_difference"], ""
    if relative is not None:
        difference, unit = difference / compared["largest_logit"], " of the largest"
    limit = relative if absolute is None else absolute
    assert limit is not None
    return Check(
        difference <= limit,
        f"our checkpoint, buffers included, loads into the PyTorch model: logits of a test batch differ by at most "
        f"{difference:.1e}{unit} (at most {limit:.0e})",
    )
