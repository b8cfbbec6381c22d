"""What one run of the example does: every number that both sides must share."""

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

    steps: int = 50
    batch: int = 1
    length: int = 128
    learning_rate: float = 5e-5
    weight_decay: float = 0.01
    seed: int = 0
    threads: int = field(default_factory=available_cores)
    prompt: str = "Once upon a time there was a king who had"
    new_tokens: int = 40
    timing_rounds: int = 5
    held_out_windows: int = 8
    cache_folder: str = str(REPOSITORY / "demo" / "cache")
    output: str = str(REPOSITORY / "demo" / "smollm2")

    @property
    def folder(self) -> Path:
        """Where everything is written."""
        return Path(self.output)

    @property
    def cache(self) -> Path:
        """Where downloads stay for the next run, by default the same place for all examples."""
        return Path(self.cache_folder)

    @property
    def tokens_file(self) -> Path:
        """The text as tokens, which both sides read."""
        return self.folder / "tokens.npz"

    @property
    def tokenizer_file(self) -> Path:
        """The tokenizer that was built from the model file."""
        return self.folder / "tokenizer.json"

    @property
    def bundle(self) -> Path:
        """The compiled bundle."""
        return self.folder / "smollm2.pock"

    @property
    def checkpoint(self) -> Path:
        """What is saved after training."""
        return self.folder / "smollm2.safetensors"

    def to_json(self) -> str:
        """The configuration as a JSON object, for a subprocess."""
        return json.dumps(dataclasses.asdict(self))

    @staticmethod
    def from_json(text: str) -> Config:
        """The configuration that `to_json` wrote."""
        return Config(**json.loads(text))
