"""Stage: the pretrained network, in train mode, into a bundle."""

from __future__ import annotations

import time
from typing import Any

import torch

import pock_mlir as pock

from .config import Config
from .data import NETWORK
from .digits import CLASSES
from .model import build_model


def run(config: Config) -> dict[str, Any]:
    """Writes the bundle; the seconds that compiling took, and the planned peak."""
    model = build_model(config.cache / NETWORK.members[0].name, CLASSES, config.seed)
    images = torch.zeros(config.batch, 3, config.size, config.size)
    labels = torch.zeros(config.batch, dtype=torch.int64)
    optimizer = pock.AdamW(lr=config.learning_rate, weight_decay=config.weight_decay)
    start = time.perf_counter()
    step = pock.compile(model, (images,), (labels,), optimizer=optimizer)
    seconds = time.perf_counter() - start
    step.save(config.bundle)
    return {
        "seconds": seconds,
        "planned_peak_bytes": step.memory.planned_peak_bytes,
        "module_bytes": len(step.module),
        "parameters": sum(p.numel() for p in model.parameters()),
    }
