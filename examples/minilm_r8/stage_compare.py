"""Stage: what needs both sides in one process: the fair ratio of step times, and the weights' way back to PyTorch."""

from __future__ import annotations

import time

import numpy as np
import torch
from rich.console import Console

import pock_mlir as pock

from . import bundle
from .batches import padded_batches, training_order
from .config import Config
from .dataset import Dataset
from .learner import Learner
from .model import MiniLMClassifier, build_model
from .progress import bar
from .results import CompareResult
from .torch_learner import TorchLearner, to_torch
from .torch_memory import step_peak_bytes

#: Between two steps the threads of the one before must have gone to sleep.
PAUSE_SECONDS = 0.02


def run(variant: str, config: Config, console: Console) -> CompareResult:
    """Time PyTorch and the bundles in turns, then load our trained weights into PyTorch."""
    torch.set_num_threads(config.threads)
    data = Dataset.load(config.dataset_file)
    classes = len(data.classes)
    difference = checkpoint_difference(config, data, build_model(config.cache, classes, config.seed))
    torch_sparse = torch_learner(config, classes, bundle.trained_names(config.bundle("sparse")))
    learners: dict[str, Learner] = {
        "torch": torch_learner(config, classes),
        "full": pock.load(str(config.bundle("full")), threads=config.threads),
        "torch-sparse": torch_sparse,
        "sparse": pock.load(str(config.bundle("sparse")), threads=config.threads),
    }
    seconds = interleaved_seconds(learners, data, config, console)
    batch = data.train.take(training_order(len(data.train), config.batch, 1, config.seed)[0])
    return CompareResult(seconds, difference, step_peak_bytes(torch_sparse, *batch))


def torch_learner(config: Config, classes: int, trained: set[str] | None = None) -> TorchLearner:
    """PyTorch on the pretrained weights; `trained` as for `TorchLearner`."""
    model = build_model(config.cache, classes, config.seed)
    return TorchLearner(model, config.learning_rate, config.weight_decay, trained)


def interleaved_seconds(
    learners: dict[str, Learner], data: Dataset, config: Config, console: Console
) -> dict[str, list[float]]:
    """Step times by variant; every round gives each variant one step, forwards and backwards by turns."""
    seconds: dict[str, list[float]] = {name: [] for name in learners}
    order = training_order(len(data.train), config.batch, config.timing_rounds + 1, config.seed)
    with bar(console, "timing in turns", len(order)) as progress:
        for number, index in enumerate(order):
            inputs, labels = data.train.take(index)
            names = list(learners) if number % 2 == 0 else list(reversed(learners))
            for name in names:
                time.sleep(PAUSE_SECONDS)
                start = time.perf_counter()
                learners[name].train_step(inputs, labels)
                elapsed = time.perf_counter() - start
                # The first round warms up.
                if number > 0:
                    seconds[name].append(elapsed)
            progress.advance("")
    return seconds


def checkpoint_difference(config: Config, data: Dataset, model: MiniLMClassifier) -> float:
    """Load the full update's checkpoint into PyTorch: by how much do the logits of a test batch differ at most?"""
    session = pock.load(str(config.bundle("full")), threads=config.threads)
    session.load_checkpoint(str(config.checkpoint("full")))
    state = session.state_dict()
    # Strict, so that a parameter that is missing or misshapen is an error.
    model.load_state_dict({name: torch.from_numpy(np.array(state[name])) for name in model.state_dict()})
    inputs, _ = next(padded_batches(data.test, config.batch))
    with torch.no_grad():
        expected = model(**to_torch(inputs)).numpy()
    return float(np.abs(np.array(session.predict(inputs)) - expected).max())
