"""What one run of the example does: every number that both sides must share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from common.config import REPOSITORY, ExampleConfig


@dataclass(frozen=True, kw_only=True)
class Config(ExampleConfig):
    """The budget, the hyper-parameters and the output folder."""

    steps: int = 50
    batch: int = 1
    length: int = 128
    learning_rate: float = 5e-5
    weight_decay: float = 0.01
    seed: int = 0
    prompt: str = "Once upon a time there was a king who had"
    new_tokens: int = 40
    timing_rounds: int = 5
    held_out_windows: int = 8
    output: str = str(REPOSITORY / "demo" / "smollm2")

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
