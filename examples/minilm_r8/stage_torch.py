"""Stage: train and evaluate with PyTorch eager."""

from __future__ import annotations

import torch
from common import memory
from rich.console import Console

from .batches import training_order
from .config import Config
from .dataset import Dataset
from .evaluate import accuracy, predict_all
from .model import build_model
from .results import VariantResult
from .sizes import installed_bytes
from .torch_learner import TorchLearner
from .torch_memory import step_peak_bytes
from .train import train


def run(variant: str, config: Config, console: Console) -> VariantResult:
    """Train the whole model and measure."""
    torch.set_num_threads(config.threads)
    data = Dataset.load(config.dataset_file)
    before = memory.resident_bytes()
    model = build_model(config.cache, len(data.classes), config.seed)
    learner = TorchLearner(model, config.learning_rate_of(variant), config.weight_decay)
    # Loading holds the weights twice for a moment; the peak that counts is the training's.
    memory.reset_peak()
    history = train(learner, data.train, config, variant, console)
    rss = memory.peak_resident_bytes()
    logits = predict_all(learner, data.test, config, console)
    # The profiled step changes the model, so it comes last.
    inputs, labels = data.train.take(training_order(len(data.train), config.batch, 1, config.seed)[0])
    return VariantResult(
        accuracy=accuracy(logits, data.test.labels),
        losses=history.losses,
        step_seconds=history.seconds,
        trained_parameters=learner.trainable_parameters(),
        peak_bytes=step_peak_bytes(learner, inputs, labels),
        rss_growth_bytes=rss - before,
        rss_peak_bytes=rss,
        software_bytes=installed_bytes("torch", "transformers", "numpy"),
    )
