"""Stage: train and evaluate the bundle. PyTorch is not imported here: that is the point."""

from __future__ import annotations

import sys
import time
from typing import Any

from common.errors import DemoError

import pock_mlir as pock

from .config import Config
from .data import DIGITS
from .digits import read_digits, stratified_split
from .train import accuracy, train


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
    if "torch" in sys.modules:
        raise DemoError("running a bundle imported torch; the runtime must not need it")
    peak = int(session.measured_peak_bytes)
    return {"losses": losses, "accuracy": score, "peak_bytes": peak, "seconds": seconds}
