"""Compares a compiled step with the model as its framework runs it, by running both.

The one place where the compiler runs what it made: gradients are read off an update by plain gradient descent with a
learning rate of 1, for which the step is compiled once more.
"""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import numpy as np

from pock_mlir.bundle import ParameterSpec
from pock_mlir.compiler.stages import Compiled, Trainable
from pock_mlir.contract import F16, F32, KEYWORD, LOSS, MODEL, SEED, Owner, symbol_of
from pock_mlir.errors import TargetError
from pock_mlir.frontends.frontend import Source
from pock_mlir.frontends.reference import StepResult, compare

_TOLERANCE = {F32: 1e-3}
_NARROW = 0.1
_ADVICE = (
    "This is a defect of pock_mlir, or of the compiler behind it, not of the model: please report it, with the model"
)


def verify_compiled(
    step: Compiled,
    descent: Compiled,
    trainable: Trainable,
) -> str:
    """Runs `step`, compiled from `trainable`, once, and `descent`, the same step with SGD(lr=1); says what was done.

    Raises CompileError where the loss, a gradient or a buffer is not the framework's.
    """
    if any(spec.name == SEED for spec in step.manifest.state):
        return "not verified as compiled: it draws random numbers, which are not PyTorch's"
    if trainable.plan.sampled is not None:
        return "not verified as compiled: it trains other blocks from time to time"
    source, precision = trainable.imported.source, trainable.plan.precision.storage
    expected = source.reference_step(trainable.plan.trained_by_framework)
    if isinstance(expected, str):
        return f"not verified as compiled: {expected}"
    expected = _of_slices(_through_memory(expected, step), step)
    try:
        first, state = _run(step, source)
        second, after = _run(descent, source)
    except TargetError as error:
        return f"not verified as compiled: {error}"
    stands_still = all(np.array_equal(after[name], expected.state[name]) for name in expected.gradients)
    if precision == F16 and stands_still:
        return "not verified as compiled: its first step overflows float16 and updates nothing"
    changed = {symbol for spec in step.manifest.parameters if spec.is_trained for symbol in _symbols(spec)}
    buffers = {symbol: state[symbol] for symbol in expected.state if symbol in state and symbol not in changed}
    values = {name: expected.state[name] for name in expected.gradients}
    floors = {name: 1e-3 * float(np.abs(value).max()) for name, value in values.items() if value.size}
    for value in {first, second}:
        found = _result(value, buffers, after, expected)
        compare(expected, found, _TOLERANCE.get(precision, _NARROW), "the compiled step", _ADVICE, floors)
    return "verified"


def _through_memory(expected: StepResult, step: Compiled) -> StepResult:
    """With one gradient for what lies in one memory, which descent changes by the sum of all."""
    gradients = dict(expected.gradients)
    for spec in (spec for spec in step.manifest.parameters if spec.views):
        parts = [gradients.get(spec.symbol)]
        for view in spec.views:
            part = gradients.get(symbol_of(view.name, _owner(spec)))
            parts.append(None if part is None else view.to_parameter(part, spec.shape))
        total = sum(part for part in parts if part is not None)
        if isinstance(total, np.ndarray):
            for name, array in spec.named(total, spec.owner).items():
                symbol = symbol_of(name, _owner(spec))
                if symbol in gradients:
                    gradients[symbol] = array
    return dataclasses.replace(expected, gradients=gradients)


def _of_slices(expected: StepResult, step: Compiled) -> StepResult:
    """With no gradient outside of the channels that alone are trained."""
    gradients = dict(expected.gradients)
    for spec in step.manifest.parameters:
        for symbol in _symbols(spec) if spec.channels is not None else ():
            gradient = gradients.get(symbol)
            if gradient is not None and spec.channels is not None:
                place = (*[slice(None)] * spec.channels.axis, list(spec.channels.indices))
                masked = np.zeros_like(gradient)
                masked[place] = gradient[place]
                gradients[symbol] = masked
    return dataclasses.replace(expected, gradients=gradients)


def _symbols(spec: ParameterSpec) -> list[str]:
    """All symbols of a parameter's memory."""
    return [symbol_of(name, owner) for owner in (MODEL, LOSS) for name in spec.names_in(owner)]


def _owner(spec: ParameterSpec) -> Owner:
    return LOSS if spec.owner == LOSS else MODEL


def _run(step: Compiled, source: Source) -> tuple[float, dict[str, np.ndarray]]:
    """One step from the model's values; the loss, and all parameters and buffers after it, by symbol."""
    from pock_mlir.runtime import load  # a later layer, needed only here

    arrays, targets = source.example()
    given = [arrays] if source.signatures.input_style == KEYWORD else list(arrays.values())
    with tempfile.TemporaryDirectory() as folder:
        session = load(step.save(Path(folder) / "step.pock"))
        value = session.train_step(*given, *targets)
        model = {symbol_of(name): array for name, array in session.state_dict().items()}
        return value, model | {symbol_of(name, LOSS): array for name, array in session.loss_state_dict().items()}


def _result(
    loss: float, buffers: dict[str, np.ndarray], after: dict[str, np.ndarray], expected: StepResult
) -> StepResult:
    """What was found, in the terms of the reference: the gradient is what descent has taken off."""
    gradients = {}
    for name, gradient in expected.gradients.items():
        taken = expected.state[name] - after[name]
        gradients[name] = None if gradient is None and not bool(taken.any()) else taken
    return StepResult(np.asarray(loss, dtype=expected.loss.dtype), gradients, buffers)
