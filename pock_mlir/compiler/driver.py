"""The compile driver: a model in, a compiled training step out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from pock_mlir.backends import backend_for
from pock_mlir.compiler.clock import Clock
from pock_mlir.compiler.coverage import examine
from pock_mlir.compiler.default_frontend import DEFAULT
from pock_mlir.compiler.internal_errors import internal_errors
from pock_mlir.compiler.run_passes import PassesFailed, run_passes
from pock_mlir.compiler.stages import Compiled, Imported, Trainable, checked_optimizer, checked_schedule, explained
from pock_mlir.compiler.verification import verify_compiled
from pock_mlir.contract import F32
from pock_mlir.coverage_report import CoverageReport, UnsupportedOps
from pock_mlir.errors import CompileError
from pock_mlir.optimizers import SGD, Optimizer
from pock_mlir.passes.machinery.calls import call
from pock_mlir.precision import Precision, resolve_precision
from pock_mlir.schedules import Schedule
from pock_mlir.schemes import Scheme
from pock_mlir.targets import Target, get_target

if TYPE_CHECKING:
    import torch

ExampleInputs = tuple[Any, ...] | list[Any] | Mapping[str, Any]
ExampleTargets: TypeAlias = "tuple[torch.Tensor, ...] | list[torch.Tensor] | torch.Tensor | None"

VERIFICATIONS = ("export", "compiled", "off")


@internal_errors()
def compile(
    model: torch.nn.Module,
    inputs: ExampleInputs | Sequence[ExampleInputs],
    targets: ExampleTargets | Sequence[ExampleTargets] = None,
    loss: str | Callable[..., torch.Tensor] | None = "cross_entropy",
    optimizer: Optimizer | None = None,
    scheme: str | Path | Scheme = "full",
    target: str = "host",
    seed: int = 0,
    predict_inputs: ExampleInputs | Sequence[ExampleInputs] | None = None,
    schedule: Schedule | None = None,
    precision: str | Precision = F32,
    verify: str = "export",
    calibration: Sequence[tuple[ExampleInputs, ExampleTargets]] | None = None,
    dispatches: bool = True,
    recompute: bool = True,
) -> Compiled:
    """Compiles the whole training step of a model: forward, backward and update as one program.

    `inputs` are example inputs, positional (tuple) or keyword (dict), nested or not: tensors are what a session is
    given, anything else is a constant of the program; `targets` what the loss takes besides the model's output. All
    shapes and dtypes become static. Lists of both compile one training step for each combination of shapes
    (sequence lengths, batch sizes), which share parameters and state: the session takes the one that fits the arrays.
    `predict_inputs` are examples for `predict`, where its shapes are others than those of training. `loss` is the name
    of one of torch's ("cross_entropy", "mse", "l1", ...: `frontends/torch/losses.py`), a callable
    `loss(outputs, *targets)`, or None where the model returns its own; the parameters of a loss that is a module are
    trained with the model's. The model is trained in the mode it is in and is not changed: in train mode
    batch normalisation uses the batch's statistics and keeps the running ones, and dropout draws from `seed` (0 to 2^31
    - 1; `Session.set_seed` changes it). `schedule` changes the learning rate from update to update (None: it stays); it
    is part of the bundle, but not of the module: `Session.set_schedule` replaces it. `precision` ("f32", "bf16", "f16"
    or a Precision) says what is stored in fewer bits. `verify` says what is compared with the model in torch on the
    example batch, loss, gradients and buffers of one step: "export" what was traced of it, "compiled" also the compiled
    step (where the target runs on this machine), "off" nothing. `Compiled.verification` tells what was done: models
    without values (on the meta device), or too large for two more steps, are not verified. `calibration` are batches,
    pairs of inputs and targets, on which a scheme that chooses channels by gradient measures these in torch.
    `dispatches=False` leaves the cut into what runs as one piece to the backend.
    With `recompute` less is saved for the backward pass than it takes: it computes again what follows cheaply from
    less, and no number changes; without it all is saved.

    Raises PockError (CompileError, SchemeError, TargetError) with what is wrong, where in the model, and what to do.
    """
    chosen = get_target(target)
    optimizer, schedule = checked_optimizer(optimizer), checked_schedule(schedule)
    resolved, seed = resolve_precision(precision), _checked_seed(seed)
    if verify not in VERIFICATIONS:
        raise CompileError(f"verify is {verify!r}; it must be one of {', '.join(VERIFICATIONS)}")
    backend_for(chosen.generator).resolve(chosen)
    imported = import_model(model, inputs, targets, loss, predict_inputs, scheme, seed, calibration)
    trainable = imported.train(scheme, optimizer, resolved, schedule, recompute)
    verification, clock = "off", Clock()
    if verify != "off":
        with clock.measure("verification of the export"):
            verification = trainable.verify()
    step = trainable.lower(dispatches=dispatches).compile(chosen)
    if verify == "compiled" and verification == "verified":
        with clock.measure("verification of the compiled step"):
            verification = _verify_compiled(step, trainable, chosen)
    return dataclasses.replace(step, verification=verification, seconds=(*step.seconds, *clock.seconds))


def _verify_compiled(step: Compiled, trainable: Trainable, target: Target) -> str:
    """Runs the step, and that of plain gradient descent, from which gradients are read off."""
    plan = trainable.plan
    descent = trainable.imported.carry_out(dataclasses.replace(plan, optimizer=SGD(lr=1.0), schedule=None))
    return verify_compiled(step, descent.lower().compile(target), trainable)


@internal_errors()
def import_model(
    model: torch.nn.Module,
    inputs: ExampleInputs | Sequence[ExampleInputs],
    targets: ExampleTargets | Sequence[ExampleTargets] = None,
    loss: str | Callable[..., torch.Tensor] | None = "cross_entropy",
    predict_inputs: ExampleInputs | Sequence[ExampleInputs] | None = None,
    scheme: str | Path | Scheme = "full",
    seed: int = 0,
    calibration: Sequence[tuple[ExampleInputs, ExampleTargets]] | None = None,
) -> Imported:
    """Traces a model with its loss; the arguments are those of `compile`.

    `scheme` is the one that trains most of those that the model shall be trained by: what it unfreezes, and what it
    trains of parameters that share memory, is traced so. Raises PockError.
    """
    _checked_seed(seed)
    clock = Clock()
    source = DEFAULT.trace(model, inputs, targets, loss, predict_inputs, scheme, clock.measure, calibration)
    module = source.module.operation.clone().operation
    try:
        run_passes(module, [call("pock-forward", seed=seed)], clock)
    except PassesFailed as error:
        raise explained(error, source, source.traced_for) from error
    return Imported(source, module, seed, tuple(clock.seconds))


@internal_errors()
def coverage(
    model: torch.nn.Module,
    inputs: ExampleInputs | Sequence[ExampleInputs],
    targets: ExampleTargets | Sequence[ExampleTargets] = None,
    loss: str | Callable[..., torch.Tensor] | None = "cross_entropy",
    scheme: str | Path | Scheme = "full",
    calibration: Sequence[tuple[ExampleInputs, ExampleTargets]] | None = None,
) -> CoverageReport:
    """What of a model can be compiled: all ops of its training step and prediction, without compiling them.

    The arguments are those of `compile`. The report names every op that has no conversion, every use of one that is not
    covered, and every op without a gradient between what `scheme` trains and the loss. Raises PockError where the model
    cannot be traced at all.
    """
    try:
        source = DEFAULT.trace(model, inputs, targets, loss, None, scheme, Clock().measure, calibration)
    except UnsupportedOps as error:
        return error.report
    return examine(source.module.operation, source.traced_for)


def _checked_seed(seed: int) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 1 << 31:
        raise CompileError(f"the seed is {seed!r}, it must be an integer from 0 to {(1 << 31) - 1}")
    return seed
