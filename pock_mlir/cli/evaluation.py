"""How good a session's predictions are on a data file."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pock_mlir.bundle import ArraySpec
from pock_mlir.cli.arrays import Samples
from pock_mlir.contract import KEYWORD
from pock_mlir.errors import InputError
from pock_mlir.runtime import Session


def predict_batch(session: Session, inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """`Session.predict` with the inputs in order, whatever the model's style; returns the outputs in order."""
    if session.manifest.input_style == KEYWORD:
        outputs = session.predict({spec.name: array for spec, array in zip(session.inputs, inputs, strict=True)})
    else:
        outputs = session.predict(*inputs)
    if isinstance(outputs, dict):
        return list(outputs.values())
    return list(outputs) if isinstance(outputs, tuple) else [outputs]


def metric_name(session: Session) -> str:
    """Accuracy for class labels, mean squared error for targets like the outputs: "accuracy" or "mse".

    Raises `InputError` for a model with neither.
    """
    if len(session.targets) == 1 and session.outputs:
        target, output = session.targets[0], session.outputs[0]
        if _is_classification(target, output):
            return "accuracy"
        if target.shape[1:] == output.shape[1:] and np.dtype(target.dtype).kind == "f":
            return "mse"
    raise InputError(
        "--eval-data works for one target that is class labels or has the shape of the output; "
        "evaluate with `pock predict`"
    )


def evaluation_samples(session: Session, path: Path) -> Samples:
    """The inputs and targets of a data file in batches as `predict` takes them. Raises `InputError`."""
    inputs = session.manifest.predict_signatures[0].inputs
    size = inputs[0].shape[:1]
    targets = [dataclasses.replace(spec, shape=(*size, *spec.shape[1:])) for spec in session.targets]
    return Samples(path, (*inputs, *targets))


def evaluate(session: Session, samples: Samples) -> float:
    """The value of `metric_name` over all samples; `samples` holds the inputs and then the target."""
    name = metric_name(session)
    total = count = 0.0
    for arrays, real in samples.padded_batches():
        output = predict_batch(session, arrays[:-1])[0][:real]
        target = arrays[-1][:real]
        if name == "accuracy":
            ignored = session.targets[0].ignore
            counted = np.ones_like(target, dtype=bool) if ignored is None else target != ignored
            total += float(np.sum((np.argmax(output, axis=-1) == target) & counted))
            count += float(np.sum(counted))
        else:
            total += float(np.sum(np.square(output.astype(np.float64) - target)))
            count += target.size
    return total / max(count, 1.0)


def _is_classification(target: ArraySpec, output: ArraySpec) -> bool:
    return np.dtype(target.dtype).kind in "iu" and target.shape[1:] == output.shape[1:-1]
