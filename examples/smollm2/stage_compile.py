"""Stage: the model with its real weights into a bundle."""

from __future__ import annotations

import time
from typing import Any

import torch

import pock_mlir as pock

from .config import Config
from .data import MODEL
from .torch_side import next_token_loss
from .weights import build_model


def run(config: Config) -> dict[str, Any]:
    """Writes the bundle; the seconds that compiling took, and the planned peak."""
    model = build_model(config.cache / MODEL.members[0].name)
    tokens = torch.zeros(config.batch, config.length, dtype=torch.int64)
    optimizer = pock.AdamW(lr=config.learning_rate, weight_decay=config.weight_decay)
    start = time.perf_counter()
    step = pock.compile(model, {"input_ids": tokens}, (tokens,), loss=next_token_loss, optimizer=optimizer)
    seconds = time.perf_counter() - start
    step.save(config.bundle)
    tied = [list(spec.aliases) for spec in step.manifest.parameters if spec.name == "model.embed_tokens.weight"]
    return {
        "seconds": seconds,
        "stages": [[name, value] for name, value in step.seconds],
        "planned_peak_bytes": step.memory.planned_peak_bytes,
        "module_bytes": len(step.module),
        "parameters": sum(p.numel() for p in model.parameters()),
        "embedding_aliases": tied[0],
    }
