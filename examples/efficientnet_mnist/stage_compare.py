"""Stage: what needs both sides in one process: the ratio of step times, and the weights' way back to PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from common.interleave import interleaved_seconds

import pock_mlir as pock

from .config import Config
from .data import DIGITS, NETWORK
from .digits import CLASSES, padded_batches, read_digits, stratified_split
from .model import build_model
from .torch_side import TorchLearner


def run(config: Config) -> dict[str, Any]:
    """Loads our trained weights and running statistics into PyTorch, then times both in turns."""
    torch.set_num_threads(config.threads)
    _, test = stratified_split(read_digits(config.cache / DIGITS.members[0].name), config.test_share, config.seed)
    model = build_model(config.cache / NETWORK.members[0].name, CLASSES, config.seed)
    learner = TorchLearner(model, config.learning_rate, config.weight_decay)
    session = pock.load(str(config.bundle), threads=config.threads)
    session.load_checkpoint(str(config.checkpoint))
    # Strict: a name too many or too few is an error.
    model.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in session.state_dict().items()})
    images, labels = next(padded_batches(test, config.batch, config.size))
    expected = learner.predict(images)
    difference = np.abs(np.asarray(session.predict(images)) - expected).max()
    steps = {
        "torch": lambda: learner.train_step(images, labels),
        "pock": lambda: session.train_step(images, labels),
    }
    return {
        "logit_difference": float(difference),
        "largest_logit": float(np.abs(expected).max()),
        "seconds": interleaved_seconds(steps, config.timing_rounds),
    }
