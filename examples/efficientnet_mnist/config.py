"""What one run of the example does: every number that both sides must share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from common.config import REPOSITORY, ExampleConfig


@dataclass(frozen=True, kw_only=True)
class Config(ExampleConfig):
    """The budget, the hyper-parameters and the output folder."""

    epochs: int = 3
    batch: int = 32
    size: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup: int = 20
    test_share: float = 0.2
    seed: int = 0
    timing_rounds: int = 10
    output: str = str(REPOSITORY / "demo" / "efficientnet_mnist")

    @property
    def bundle(self) -> Path:
        """The compiled bundle."""
        return self.folder / "efficientnet.pock"

    @property
    def checkpoint(self) -> Path:
        """What is saved after training."""
        return self.folder / "efficientnet.safetensors"

    def learning_rate_at(self, step: int, steps: int) -> float:
        """Linear from 0 over the warm-up, then half a cosine down to 0."""
        warmup = min(self.warmup, steps)
        if step < warmup:
            return self.learning_rate * (step + 1) / warmup
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - warmup + 1) / (steps - warmup + 1)))
