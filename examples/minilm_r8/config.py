"""What one run of the demo does: every number that the variants must share."""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def available_cores() -> int:
    """Cores that this process may use (a container may grant fewer than the machine has)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True)
class Config:
    """The budget, the hyper-parameters and the output folder."""

    steps: int = 100
    batch: int = 16
    length: int = 64
    learning_rate: float = 2e-4
    sparse_learning_rate: float = 5e-4
    weight_decay: float = 0.01
    warmup: int = 10
    seed: int = 0
    threads: int = field(default_factory=available_cores)
    scheme: str = "last-blocks:2"
    timing_rounds: int = 15
    test_limit: int | None = None
    output: str = str(REPOSITORY / "demo")

    @property
    def folder(self) -> Path:
        """Where everything is written."""
        return Path(self.output)

    @property
    def cache(self) -> Path:
        """Where downloads stay for the next run."""
        return self.folder / "cache"

    @property
    def dataset_file(self) -> Path:
        """The tokenised data set that every variant reads."""
        return self.folder / "dataset.npz"

    def result_file(self, stage: str) -> Path:
        """Where a stage leaves its measurements."""
        return self.folder / "runs" / f"{stage}.json"

    def bundle(self, variant: str) -> Path:
        """The compiled bundle of a pock variant."""
        return self.folder / f"{variant}.pock"

    def checkpoint(self, variant: str) -> Path:
        """The checkpoint that a pock variant saves after training."""
        return self.folder / f"{variant}.safetensors"

    def scheme_of(self, variant: str) -> str:
        """The update scheme of a pock variant."""
        return self.scheme if variant == "sparse" else "full"

    def learning_rate_of(self, variant: str) -> float:
        """The peak learning rate of a variant."""
        return self.sparse_learning_rate if variant == "sparse" else self.learning_rate

    def to_json(self) -> str:
        """The configuration as a JSON object, for a subprocess or a report."""
        return json.dumps(dataclasses.asdict(self))

    @staticmethod
    def from_json(text: str) -> Config:
        """The configuration that `to_json` wrote."""
        return Config(**json.loads(text))
