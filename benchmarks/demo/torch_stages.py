"""The stages that need PyTorch: compiling, its own training, and what needs both sides in one process."""

from __future__ import annotations

import importlib
import shutil
import time
from functools import partial
from typing import Any

import numpy as np
import torch
from rich.console import Console

import pock_mlir as pock
from data.split import Batch

from . import measure
from .example import Data, Example
from .progress import show_batches, shown
from .stages import load_data
from .torch_learner import TorchLearner, to_torch
from .training import train_and_evaluate


def compile_step(example: Example, console: Console, variant: str) -> dict[str, Any]:
    """Stage: compile the whole training step ahead of time and save the bundle."""
    data, chosen = load_data(example), example.variants()[variant]
    inputs, targets = _first_batch(example, data)
    # If this compilation fails, an older bundle must not pass for its result.
    shutil.rmtree(example.bundle(variant), ignore_errors=True)
    model = example.build_model(data.facts)
    start = time.perf_counter()
    step = pock.compile(
        model,
        inputs=to_torch(inputs),
        targets=(torch.from_numpy(targets),),
        loss=example.loss(),
        optimizer=pock.AdamW(lr=chosen.learning_rate, weight_decay=example.weight_decay),
        scheme=chosen.scheme,
    )
    step.save(example.bundle(variant))
    seconds, planned = time.perf_counter() - start, step.memory.planned_peak_bytes
    console.print(f"  compiled in {seconds:.0f} s; planned peak {planned / 1e6:.0f} MB")
    return {"seconds": seconds, "planned_peak_bytes": planned, "stages": list(step.seconds)}


def train_torch(example: Example, console: Console) -> dict[str, Any]:
    """Stage: train and evaluate with PyTorch eager, all parameters, and measure."""
    data = load_data(example)
    # What is imported is no part of what the model takes.
    importlib.import_module(example.model_module)
    before = measure.resident_bytes()
    learner = _learner(example, data)
    result = train_and_evaluate(learner, example.full.learning_rate, example, data, console)
    return result | {
        "trained_parameters": learner.trainable_parameters(),
        # The profiled step changes the model, so it comes last.
        "peak_bytes": learner.step_peak_bytes(*_first_batch(example, data)),
        "rss_growth_bytes": result["rss_peak_bytes"] - before,
        "software_bytes": measure.installed_bytes(*example.framework),
        "module_bytes": None,
    }


def compare(example: Example, console: Console) -> dict[str, Any]:
    """Stage: our trained weights' way back to PyTorch, then step times of all sides in turns."""
    data = load_data(example)
    sessions = {name: pock.load(example.bundle(name), threads=example.threads) for name in example.variants()}
    first, *others = sessions
    reference, session = _learner(example, data), sessions[first]
    session.load_checkpoint(example.checkpoint(first))
    # Strict: a name too many or too few is an error.
    state = {name: torch.from_numpy(value) for name, value in session.state_dict().items()}
    reference.model.load_state_dict(state)
    inputs, _ = next(data.test.in_order(example.batch))
    expected = reference.predict(inputs)
    difference = np.abs(np.asarray(session.predict(inputs)) - expected).max()

    same_parameters = {}
    for name in others:
        trained = {spec.name for spec in sessions[name].manifest.parameters if spec.trained}
        same_parameters[f"torch-{name}"] = _learner(example, data, trained)
    learners = {"torch": reference, **sessions, **same_parameters}
    steps = {name: lambda batch, learner=learner: learner.train_step(*batch) for name, learner in learners.items()}
    rounds = example.timing_rounds + 1
    batches = shown(console, "timing in turns", data.train.shuffled(example.batch, rounds, example.seed), rounds)
    seconds = measure.interleaved_seconds(steps, batches)
    batch = _first_batch(example, data)
    return {
        "seconds": seconds,
        "checkpoint_difference": float(difference),
        "largest_logit": float(np.abs(expected).max()),
        "tied_in_bundle": {spec.name: list(spec.aliases) for spec in session.manifest.parameters if spec.aliases},
        "tied_in_torch": _tied_names(reference.model),
        "peak_bytes": {name: learner.step_peak_bytes(*batch) for name, learner in same_parameters.items()},
    }


def run_extra(example: Example, console: Console) -> dict[str, Any]:
    """Stage: what the example adds."""
    torch.set_num_threads(example.threads)
    return example.run_extra(load_data(example), partial(show_batches, console))


def _learner(example: Example, data: Data, trained: set[str] | None = None) -> TorchLearner:
    """PyTorch on the pretrained weights; `trained` as for `TorchLearner`."""
    torch.set_num_threads(example.threads)
    model = example.build_model(data.facts)
    return TorchLearner(model, example.loss(), example.full.learning_rate, example.weight_decay, trained)


def _first_batch(example: Example, data: Data) -> Batch:
    return next(data.train.shuffled(example.batch, 1, example.seed))


def _tied_names(model: torch.nn.Module) -> dict[str, list[str]]:
    """The further names of parameters that have several, by the first."""
    names: dict[int, list[str]] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        names.setdefault(id(parameter), []).append(name)
    return {first: others for first, *others in names.values() if others}
