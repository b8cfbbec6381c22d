"""Stage: train the bundle and let it write, before and after. PyTorch is not imported here: that is the point."""

from __future__ import annotations

from typing import Any

import numpy as np
from common import memory

import pock_mlir as pock

from .config import Config
from .generate import greedy, mean_loss
from .text import batches, inputs_and_targets

WITHOUT_TORCH = True


def run(config: Config) -> dict[str, Any]:
    """The losses, the memory, and the tokens written before and after training."""
    tokens = np.load(config.tokens_file)
    session = pock.load(str(config.bundle), threads=config.threads)

    def predict(inputs: np.ndarray) -> np.ndarray:
        return np.asarray(session.predict({"input_ids": np.broadcast_to(inputs, (config.batch, config.length)).copy()}))

    def measured() -> dict[str, Any]:
        shape = (config.batch, config.length)
        return {
            "text": greedy(predict, tokens["prompt"].tolist(), config.new_tokens, shape, int(tokens["stop"])),
            "held_out_loss": mean_loss(predict, *inputs_and_targets(tokens["held_out"])),
        }

    before = measured()
    memory.reset_peak()
    losses = [
        session.train_step({"input_ids": inputs}, targets)
        for inputs, targets in batches(tokens["train"], config.batch, config.steps, config.seed)
    ]
    resident = memory.peak_resident_bytes()
    session.save_checkpoint(str(config.checkpoint))
    after = measured()
    return {
        "losses": losses,
        "peak_bytes": int(session.measured_peak_bytes),
        "resident_bytes": resident,
        "before": before,
        "after": after,
    }
