"""The compile driver: a model in, a compiled training step out."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch_mlir import ir

from pock_mlir.backends.iree.compiler.device import TargetMachine, resolve_target
from pock_mlir.backends.iree.compiler.direct_allocation import allocate_directly, allocates_on_queue
from pock_mlir.backends.iree.compiler.hand_over import hand_over
from pock_mlir.backends.iree.compiler.memory_plan import loaded_parameters, plan_memory
from pock_mlir.backends.iree.compiler.session import IreeCompiler
from pock_mlir.bundle import Manifest, MemoryPlan, Signature, TargetSpec
from pock_mlir.compiler import specs
from pock_mlir.compiler.clock import Clock
from pock_mlir.compiler.coverage import CoverageReport, UnsupportedOps, examine
from pock_mlir.compiler.examples import check_examples, input_names, target_names
from pock_mlir.compiler.imported import ImportedModel, import_model, verify_traced
from pock_mlir.compiler.internal_errors import InternalError, internal_errors, iree_errors
from pock_mlir.compiler.parameters import StoredParameters
from pock_mlir.compiler.pipeline import LOWER, PRUNE, import_passes, training_passes
from pock_mlir.compiler.step import CompiledStep
from pock_mlir.compiler.verification import verify_compiled
from pock_mlir.contract import F32, KEYWORD, POSITIONAL, PREDICT, TRAIN_STEP, function_name
from pock_mlir.errors import CompileError
from pock_mlir.frontends.torch.losses import describe_loss, resolve_loss
from pock_mlir.optimizers import SGD, Optimizer
from pock_mlir.passes.diagnostics import Diagnostic, place_text
from pock_mlir.passes.pipeline import PassError, run_pipeline
from pock_mlir.precision import Precision, resolve_precision
from pock_mlir.schedules import Schedule
from pock_mlir.schemes import Scheme
from pock_mlir.targets import get_target
from pock_mlir.version import __version__

ExampleInputs = tuple[Any, ...] | list[Any] | Mapping[str, Any]
ExampleTargets = tuple[torch.Tensor, ...] | list[torch.Tensor] | torch.Tensor | None

VERIFICATIONS = ("export", "compiled", "off")

COMPILE_FLAGS = (
    # Without reassociation a reduction over the last dimension runs one element at a time.
    "--iree-llvmcpu-reassociate-fp-reductions",
    # float64 stays float64; IREE would else compute in float32, and crash on in-place updates.
    "--iree-input-demote-f64-to-f32=false",
)


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
) -> CompiledStep:
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
    step (where the target runs on this machine), "off" nothing. `CompiledStep.verification` tells what was done: models
    without values (on the meta device), or too large for two more steps, are not verified.

    Raises PockError (CompileError, SchemeError, TargetError) with what is wrong, where in the model, and what to do.
    """
    optimizer = SGD() if optimizer is None else optimizer
    chosen = get_target(target)
    _check_optimizer(optimizer)
    resolved = resolve_precision(precision)
    _check_schedule(schedule)
    if verify not in VERIFICATIONS:
        raise CompileError(f"verify is {verify!r}; it must be one of {', '.join(VERIFICATIONS)}")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 1 << 31:
        raise CompileError(f"the seed is {seed!r}, it must be an integer from 0 to {(1 << 31) - 1}")

    machine = resolve_target(chosen)
    clock = Clock()
    examples = check_examples(inputs, targets, predict_inputs)
    imported = import_model(model, examples, loss, scheme, clock)
    module = imported.module
    statistics = _run_passes(imported, optimizer, resolved, seed, clock)
    verification = verify_traced(imported, model, loss, seed, clock) if verify != "off" else "off"
    manifest = _describe(imported)
    manifest = dataclasses.replace(
        manifest,
        optimizer=optimizer.to_json(),
        schedule=None if schedule is None else schedule.to_json(),
        scheme=imported.scheme.to_json(),
        loss=describe_loss(loss),
        accumulate=optimizer.accumulate,
        precision=resolved.to_json(),
        statistics=statistics,
        producer=f"pock_mlir {__version__}",
    )
    _passes(module, LOWER, clock)
    with clock.measure("IREE"), iree_errors(module):
        code, manifest = _compile_for(machine, module, manifest)
    stored = StoredParameters(manifest, imported.parameters.tensors)
    step = CompiledStep(manifest, code, stored, tuple(clock.seconds), verification)
    if verify != "compiled" or verification != "verified":
        return step
    with clock.measure("verification of the compiled step"):
        descent = compile(
            model, inputs, targets, loss, SGD(lr=1.0), scheme, target, seed, predict_inputs, None, precision, "off"
        )
        verification = verify_compiled(step, descent, model, imported, resolve_loss(loss), resolved.storage)
    return dataclasses.replace(step, verification=verification, seconds=tuple(clock.seconds))


@internal_errors()
def coverage(
    model: torch.nn.Module,
    inputs: ExampleInputs | Sequence[ExampleInputs],
    targets: ExampleTargets | Sequence[ExampleTargets] = None,
    loss: str | Callable[..., torch.Tensor] | None = "cross_entropy",
    scheme: str | Path | Scheme = "full",
) -> CoverageReport:
    """What of a model can be compiled: all ops of its training step and prediction, without compiling them.

    The arguments are those of `compile`. The report names every op that has no conversion, every use of one that is not
    covered, and every op without a gradient between what `scheme` trains and the loss. Raises PockError where the model
    cannot be traced at all.
    """
    try:
        imported = import_model(model, check_examples(inputs, targets, None), loss, scheme, Clock())
    except UnsupportedOps as error:
        return error.report
    return examine(imported.module.operation, imported.trained)


def _check_optimizer(optimizer: Optimizer) -> None:
    if not isinstance(optimizer, Optimizer):
        raise CompileError(
            f"optimizer must be one of pock_mlir's, such as SGD(lr=0.01), got {type(optimizer).__name__}"
        )


def _check_schedule(schedule: Schedule | None) -> None:
    if schedule is not None and not isinstance(schedule, Schedule):
        raise CompileError(
            f"schedule must be one of pock_mlir's, such as CosineSchedule(total_steps=1000), or None, "
            f"got {type(schedule).__name__}"
        )


def _run_passes(
    imported: ImportedModel, optimizer: Optimizer, precision: Precision, seed: int, clock: Clock
) -> dict[str, Any]:
    """All passes on pock; returns the counts of ops for the full update and for what the scheme leaves of it.

    Without the former where an op has no gradient but the scheme needs none of it.
    """
    module, as_imported = imported.module, imported.module.operation.clone()
    trained = imported.trained
    try:
        _passes(module, import_passes(seed), clock)
        is_full = set(trained) == set(imported.trainable)
        full = None if is_full else module.operation.clone()
        _passes(module, training_passes(trained, optimizer, imported.train_steps, precision), clock)
        counts = (
            specs.count_ops(module.operation)
            if full is None
            else _count_full_update(full, imported, optimizer, precision, clock)
        )
        _passes(module, PRUNE, clock)
    except PassesFailed as error:
        if error.pass_name not in ("convert-torch-to-pock", "pock-autodiff"):
            raise
        report = examine(as_imported, trained)
        raise (error if report.ok else UnsupportedOps(report)) from error
    before = {} if counts is None else {"before-pruning": counts}
    return {"ops": before | {"after-pruning": specs.count_ops(module.operation)}}


def _count_full_update(
    module: ir.Operation, imported: ImportedModel, optimizer: Optimizer, precision: Precision, clock: Clock
) -> dict[str, int] | None:
    with clock.measure("passes of the full update, to be counted"):
        try:
            _passes(module, training_passes(imported.trainable, optimizer, imported.train_steps, precision))
        except PassesFailed as error:
            if error.pass_name != "pock-autodiff":
                raise
            return None
        return specs.count_ops(module)


class PassesFailed(CompileError):
    """A pass reported an error; `pass_name` where known."""

    def __init__(self, message: str, pass_name: str | None) -> None:
        super().__init__(message)
        self.pass_name = pass_name


def _passes(module: ir.Module | ir.Operation, text: str, clock: Clock | None = None) -> None:
    try:
        run_pipeline(module, f"builtin.module({text})", on_pass=clock and clock.add)
    except PassError as error:
        # The model stands in the module twice, as training step and as prediction.
        reasons = list(dict.fromkeys(map(_explain, error.diagnostics))) or [str(error)]
        if error.pass_name is None or error.pass_name in LOWER.split(","):  # invalid IR, or ops that are left over
            raise InternalError("; ".join(reasons)) from error
        raise PassesFailed("; ".join(reasons), error.pass_name) from error


def _explain(diagnostic: Diagnostic) -> str:
    """A diagnostic as one clause: the message, the module of the user's model, the line in its code."""
    where = place_text(diagnostic.name, diagnostic.position)
    return f"{diagnostic.message} ({where})" if where else diagnostic.message


def _describe(imported: ImportedModel) -> Manifest:
    module, traced = imported.module.operation, imported.traced
    signatures = []
    for index, (inputs, targets) in enumerate(imported.examples.train):
        name, names = function_name(TRAIN_STEP, index), input_names(inputs)
        arguments, count = specs.argument_specs(module, name, [*names, *target_names(targets, names)]), len(names)
        signatures.append(Signature(name, arguments[:count], targets=arguments[count:]))
    for index, inputs in enumerate(imported.examples.predict):
        name = function_name(PREDICT, index)
        arguments = specs.argument_specs(module, name, input_names(inputs))
        outputs = specs.result_specs(module, name, traced.output_names)
        signatures.append(Signature(name, arguments, outputs=outputs))
    return Manifest(
        input_style=KEYWORD if isinstance(imported.examples.train[0][0], dict) else POSITIONAL,
        signatures=tuple(signatures),
        output_style=traced.output_style,
        parameters=specs.parameter_specs(module),
        state=specs.state_specs(module),
        target=TargetSpec("", "", "", ""),
        memory=MemoryPlan(0, 0, 0, 0, 0, 0),
    )


def _compile_for(machine: TargetMachine, module: ir.Module, manifest: Manifest) -> tuple[bytes, Manifest]:
    """The code, and the manifest with what is known of it."""
    buffer = io.BytesIO()
    module.operation.write_bytecode(buffer)
    compiler = IreeCompiler(COMPILE_FLAGS)
    program = compiler.to_stream(hand_over(buffer.getvalue(), compiler.context, machine.device))
    memory = plan_memory(
        program,
        input_bytes={signature.function: signature.argument_bytes for signature in manifest.signatures},
        parameter_bytes=sum(spec.nbytes for spec in manifest.parameters),
        state_bytes=sum(spec.nbytes for spec in manifest.state),
    )
    loaded = loaded_parameters(program)
    allocate_directly(program)
    manifest = dataclasses.replace(
        manifest,
        memory=memory,
        target=machine.spec,
        parameters=tuple(dataclasses.replace(spec, used=spec.symbol in loaded) for spec in manifest.parameters),
        allocates_on_queue=allocates_on_queue(program),
    )
    return compiler.to_vm_bytecode(program), manifest
