"""Stage: train and evaluate a compiled bundle. PyTorch is not imported here: that is the point."""

from __future__ import annotations

import sys

from common import memory
from common.errors import DemoError
from rich.console import Console

import pock_mlir as pock

from . import bundle
from .config import Config
from .dataset import Dataset
from .evaluate import accuracy, predict_all
from .results import VariantResult
from .sizes import installed_bytes
from .train import train


def run(variant: str, config: Config, console: Console) -> VariantResult:
    """Train the bundle, save a checkpoint, and measure."""
    data = Dataset.load(config.dataset_file)
    path = config.bundle(variant)
    before = memory.resident_bytes()
    session = pock.load(str(path), threads=config.threads)
    # As for PyTorch: the peak that counts is the training's, not the loading's.
    memory.reset_peak()
    history = train(session, data.train, config, variant, console)
    rss = memory.peak_resident_bytes()
    session.save_checkpoint(str(config.checkpoint(variant)))
    logits = predict_all(session, data.test, config, console)
    if "torch" in sys.modules:
        raise DemoError("running a bundle imported torch; the runtime must not need it")
    return VariantResult(
        accuracy=accuracy(logits, data.test.labels),
        losses=history.losses,
        step_seconds=history.seconds,
        trained_parameters=bundle.trained_count(path),
        peak_bytes=int(session.measured_peak_bytes),
        rss_growth_bytes=rss - before,
        rss_peak_bytes=rss,
        software_bytes=installed_bytes("iree-base-runtime", "numpy"),
        module_bytes=bundle.module_bytes(path),
        planned_peak_bytes=int(bundle.manifest(path)["memory"]["planned_peak_bytes"]),
    )
