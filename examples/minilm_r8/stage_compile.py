"""Stage: compile the whole training step ahead of time and save the bundle."""

from __future__ import annotations

import shutil
import time

import torch
from rich.console import Console

import pock_mlir as pock

from .batches import training_order
from .config import Config
from .dataset import Dataset
from .model import build_model
from .results import CompileResult
from .torch_learner import to_torch


def run(variant: str, config: Config, console: Console) -> CompileResult:
    """Compile with the variant's scheme."""
    data = Dataset.load(config.dataset_file)
    model = build_model(config.cache, len(data.classes), config.seed)
    inputs, labels = data.train.take(training_order(len(data.train), config.batch, 1, config.seed)[0])
    # If this compilation fails, an older bundle must not pass for its result.
    shutil.rmtree(config.bundle(variant), ignore_errors=True)
    start = time.perf_counter()
    step = pock.compile(
        model,
        inputs=to_torch(inputs),
        targets=(torch.from_numpy(labels),),
        loss="cross_entropy",
        optimizer=pock.AdamW(lr=config.learning_rate_of(variant), weight_decay=config.weight_decay),
        scheme=config.scheme_of(variant),
        target="host",
    )
    step.save(str(config.bundle(variant)))
    seconds = time.perf_counter() - start
    planned = int(step.memory.planned_peak_bytes)
    console.print(f"  compiled in {seconds:.0f} s; planned peak {planned / 1e6:.0f} MB")
    return CompileResult(seconds, planned)
