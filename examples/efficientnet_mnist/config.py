"""What one run of the example does: every number that both sides must share."""

from __future__ import annotations

import dataclasses
import json
import math
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

    epochs: int = 3
    batch: int = 32
    size: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: int = 20
    test_share: float = 0.2
    seed: int = 0
    threads: int = field(default_factory=available_cores)
    timing_rounds: int = 10
    cache_folder: str = str(REPOSITORY / "demo" / "cache")
    output: str = str(REPOSITORY / "demo" / "efficientnet_mnist")

    @property
    def folder(self) -> Path:
        """Where everything is written."""
        return Path(self.output)

    @property
    def cache(self) -> Path:
        """Where downloads stay for the next run, by default the same place for all examples."""
        return Path(self.cache_folder)

    @property
    def bundle(self) -> Path:
        """The compiled bundle."""
        return self.folder / "efficientnet.pock"

    @property
    def checkpoint(self) -> Path:
        """What is saved after training."""
        return self.folder / "efficientnet.safetensors"

    def to_json(self) -> str:
        """The configuration as a JSON object, for a subprocess."""
        return json.dumps(dataclasses.asdict(self))

    @staticmethod
    def from_json(text: str) -> Config:
        """The configuration that `to_json` wrote."""
        return Config(**json.loads(text))

    def learning_rate_at(self, step: int, steps: int) -> float:
        """Linear from 0 over the warm-up, then half a cosine down to 0."""
        warmup = min(self.warmup, steps)
        if step < warmup:
            return self.learning_rate * (step + 1) / warmup
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - warmup + 1) / (steps - warmup + 1)))
