"""What the stages measure, on its way from their processes to the report."""

from __future__ import annotations

import dataclasses
import json
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

#: Steps at the start that do not count for the time per step: caches and memory pools fill up.
WARMUP_STEPS = 3

T = TypeVar("T")


@dataclass(frozen=True)
class VariantResult:
    """One variant, trained and evaluated in a process of its own."""

    accuracy: float
    losses: list[float]
    step_seconds: list[float]
    trained_parameters: int
    peak_bytes: int
    rss_growth_bytes: int
    rss_peak_bytes: int
    software_bytes: int
    module_bytes: int | None = None
    planned_peak_bytes: int | None = None

    @property
    def median_step(self) -> float:
        """Seconds per step, the warm-up left out."""
        return statistics.median(self.step_seconds[WARMUP_STEPS:] or self.step_seconds)


@dataclass(frozen=True)
class CompileResult:
    """One compilation."""

    seconds: float
    planned_peak_bytes: int


@dataclass(frozen=True)
class ProbeResult:
    """The frozen encoder with a linear classifier on its vectors."""

    accuracy: float
    documents: int
    weight_decay: float
    trained_parameters: int


@dataclass(frozen=True)
class CompareResult:
    """Measurements that need PyTorch and the compiled step in one process."""

    #: Seconds of every round, by variant; "torch-sparse" is PyTorch with the sparse scheme's parameters only.
    seconds: dict[str, list[float]]
    #: Largest difference of the logits on a test batch: PyTorch with our trained weights against our session.
    checkpoint_difference: float
    #: The tensor memory of "torch-sparse".
    torch_sparse_peak_bytes: int

    def median(self, variant: str) -> float:
        """Seconds per step of a variant in the interleaved rounds."""
        return statistics.median(self.seconds[variant])

    def ratio(self, variant: str, reference: str = "torch") -> float:
        """How many times as long as the reference a step takes."""
        return self.median(variant) / self.median(reference)


@dataclass(frozen=True)
class Results:
    """Everything that the report shows."""

    torch: VariantResult
    full: VariantResult
    sparse: VariantResult
    probe: ProbeResult
    compare: CompareResult
    compiled: dict[str, CompileResult]
    config: dict[str, Any]
    environment: dict[str, str]
    seconds: dict[str, float] = field(default_factory=dict)

    def loss_differences(self) -> list[float]:
        """The relative difference of our full update's loss from PyTorch's, step by step."""
        pairs = zip(self.full.losses, self.torch.losses, strict=True)
        return [abs(ours - reference) / abs(reference) for ours, reference in pairs]

    def loss_agreement(self, steps: int = 10) -> float:
        """The largest of the first differences."""
        return max(self.loss_differences()[:steps])


def write(result: Any, path: Path) -> None:
    """Save a result as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dataclasses.asdict(result), indent=1) + "\n")


def read(kind: type[T], path: Path) -> T:
    """Load a result that `write` saved."""
    return kind(**json.loads(path.read_text()))
