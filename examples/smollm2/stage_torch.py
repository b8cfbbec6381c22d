"""Stage: train with PyTorch eager."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from common import memory
from common.torch_memory import allocation_peak

from .config import Config
from .data import MODEL
from .text import batches
from .torch_side import TorchLearner
from .weights import build_model


def run(config: Config) -> dict[str, Any]:
    """The losses, and the memory of a step."""
    torch.set_num_threads(config.threads)
    learner = TorchLearner(build_model(config.cache / MODEL.members[0].name), config.learning_rate, config.weight_decay)
    rows = np.load(config.tokens_file)["train"]
    memory.reset_peak()
    losses = [
        learner.train_step(inputs, targets)
        for inputs, targets in batches(rows, config.batch, config.steps, config.seed)
    ]
    resident = memory.peak_resident_bytes()
    # With the old gradients gone, nothing that lives before the step is freed in it: the two parts add up.
    learner.optimizer.zero_grad(set_to_none=True)
    batch = next(batches(rows, config.batch, 1, config.seed))
    before = learner.state_bytes() + sum(array.nbytes for array in batch)
    peak = before + allocation_peak(lambda: learner.train_step(*batch))
    return {"losses": losses, "peak_bytes": peak, "resident_bytes": resident}
