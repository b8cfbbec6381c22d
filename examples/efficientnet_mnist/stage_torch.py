"""Stage: train and evaluate with PyTorch eager."""

from __future__ import annotations

import time
from typing import Any

import torch
from common.torch_memory import allocation_peak

from .config import Config
from .data import DIGITS, NETWORK
from .digits import CLASSES, read_digits, stratified_split, training_batches
from .model import build_model
from .torch_side import TorchLearner
from .train import accuracy, train


def run(config: Config) -> dict[str, Any]:
    """The losses, the accuracy, and the memory of a step."""
    torch.set_num_threads(config.threads)
    train_split, test_split = stratified_split(
        read_digits(config.cache / DIGITS.members[0].name), config.test_share, config.seed
    )
    model = build_model(config.cache / NETWORK.members[0].name, CLASSES, config.seed)
    learner = TorchLearner(model, config.learning_rate, config.weight_decay)
    start = time.perf_counter()
    losses = train(learner, train_split, config)
    seconds = time.perf_counter() - start
    score = accuracy(learner, test_split, config)
    # With the old gradients gone, nothing that lives before the step is freed in it: the two parts add up.
    learner.optimizer.zero_grad(set_to_none=True)
    batch = next(training_batches(train_split, config.batch, 1, config.size, config.seed))
    before = learner.state_bytes() + sum(array.nbytes for array in batch)
    peak = before + allocation_peak(lambda: learner.train_step(*batch))
    return {"losses": losses, "accuracy": score, "peak_bytes": peak, "seconds": seconds}
