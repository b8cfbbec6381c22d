"""Stage: train and evaluate the bundle. PyTorch is not imported here: that is the point."""

from __future__ import annotations

import time
from typing import Any

import pock_mlir as pock

from .config import Config
from .data import DIGITS
from .digits import read_digits, stratified_split
from .train import accuracy, train

WITHOUT_TORCH = True


def run(config: Config) -> dict[str, Any]:
    """The losses, the accuracy, and the memory."""
    train_split, test_split = stratified_split(
        read_digits(config.cache / DIGITS.members[0].name), config.test_share, config.seed
    )
    session = pock.load(str(config.bundle), threads=config.threads)
    start = time.perf_counter()
    losses = train(session, train_split, config)
    seconds = time.perf_counter() - start
    session.save_checkpoint(str(config.checkpoint))
    score = accuracy(session, test_split, config)
    peak = int(session.measured_peak_bytes)
    return {"losses": losses, "accuracy": score, "peak_bytes": peak, "seconds": seconds}
