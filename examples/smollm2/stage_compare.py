"""Stage: what needs both sides in one process: the ratio of step times, and the weights' way back to PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from common.interleave import interleaved_seconds

import pock_mlir as pock

from .config import Config
from .data import MODEL
from .text import batches
from .torch_side import TorchLearner
from .weights import build_model


def run(config: Config) -> dict[str, Any]:
    """Loads our trained weights into PyTorch, then times both in turns."""
    torch.set_num_threads(config.threads)
    model = build_model(config.cache / MODEL.members[0].name)
    learner = TorchLearner(model, config.learning_rate, config.weight_decay)
    session = pock.load(str(config.bundle), threads=config.threads)
    session.load_checkpoint(str(config.checkpoint))
    # Strict: a name too many or too few is an error.
    model.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in session.state_dict().items()})
    inputs, targets = next(batches(np.load(config.tokens_file)["train"], config.batch, 1, config.seed))
    expected = learner.predict(inputs)
    difference = np.abs(np.asarray(session.predict({"input_ids": inputs})) - expected).max()
    steps = {
        "torch": lambda: learner.train_step(inputs, targets),
        "pock": lambda: session.train_step({"input_ids": inputs}, targets),
    }
    return {
        "logit_difference": float(difference),
        "largest_logit": float(np.abs(expected).max()),
        "tied": model.lm_head.weight is model.model.embed_tokens.weight,
        "seconds": interleaved_seconds(steps, config.timing_rounds),
    }
