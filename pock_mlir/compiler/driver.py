"""The compile driver: a model in, a compiled training step out."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch_mlir import ir

from pock_mlir.bundle import Manifest, MemoryPlan, TargetSpec
from pock_mlir.compiler import specs
from pock_mlir.compiler.clock import Clock
from pock_mlir.compiler.direct_allocation import allocate_directly
from pock_mlir.compiler.hand_over import hand_over
from pock_mlir.compiler.iree_session import IreeCompiler
from pock_mlir.compiler.memory import plan_memory
from pock_mlir.compiler.parameters import StoredParameters
from pock_mlir.compiler.pipeline import LOWER, PRUNE, import_passes, training_passes
from pock_mlir.compiler.step import CompiledStep
from pock_mlir.compiler.target_machine import target_spec
from pock_mlir.errors import CompileError
from pock_mlir.frontends.losses import describe_loss, resolve_loss
from pock_mlir.frontends.module_tree import ModelStructure, model_structure
from pock_mlir.frontends.torch_export import Inputs, trace
from pock_mlir.frontends.torch_import import ParameterTable, import_traced
from pock_mlir.optimizers import SGD, Optimizer
from pock_mlir.passes.diagnostics import Diagnostic
from pock_mlir.passes.pipeline import PassError, run_pipeline
from pock_mlir.schemes import Scheme, resolve_scheme
from pock_mlir.targets import Target, get_target
from pock_mlir.version import __version__

COMPILE_FLAGS = (
    # Without reassociation a reduction over the last dimension runs one element at a time.
    "--iree-llvmcpu-reassociate-fp-reductions",
    # float64 stays float64; IREE would else compute in float32, and crash on in-place updates.
    "--iree-input-demote-f64-to-f32=false",
)


def compile(
    model: torch.nn.Module,
    inputs: tuple[torch.Tensor, ...] | list[torch.Tensor] | Mapping[str, torch.Tensor],
    targets: tuple[torch.Tensor, ...] | list[torch.Tensor] | torch.Tensor | None = None,
    loss: str | Callable[..., torch.Tensor] | None = "cross_entropy",
    optimizer: Optimizer | None = None,
    scheme: str | Path | Scheme = "full",
    target: str = "host",
    seed: int = 0,
) -> CompiledStep:
    """Compiles the whole training step of a model: forward, backward and update as one program.

    `inputs` are example inputs, positional (tuple) or keyword (dict); `targets` what the loss takes besides the model's
    output. All shapes and dtypes become static. `loss` is a name ("cross_entropy", "mse"), a callable `loss(outputs,
    *targets)`, or None where the model returns its own. The model is trained in the mode it is in and is not changed:
    in train mode batch normalisation uses the batch's statistics and keeps the running ones, and dropout draws from
    `seed` (0 to 2^31 - 1; `Session.set_seed` changes it).

    Raises PockError (CompileError, SchemeError, TargetError) with what is wrong, where in the model, and what to do.
    """
    optimizer = SGD() if optimizer is None else optimizer
    machine = get_target(target)
    loss_function = resolve_loss(loss)
    example_inputs, example_targets = _check_inputs(inputs), _check_targets(targets)
    _check_model(model, optimizer)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 1 << 31:
        raise CompileError(f"the seed is {seed!r}, it must be an integer from 0 to {(1 << 31) - 1}")
    structure = model_structure(model)
    rules, trained = resolve_scheme(scheme, structure.parameters, structure.blocks, structure.after_blocks)

    clock = Clock()
    parameters = ParameterTable(model)
    with clock.measure("torch.export"):
        traced = trace(model, example_inputs, example_targets, loss_function)
    with clock.measure("import"):
        module = import_traced(traced, parameters)
    names = [*_input_names(example_inputs), *_target_names(example_targets)]
    statistics = _run_passes(module, structure, trained, optimizer, seed, clock)
    manifest = _describe(module.operation, names, len(example_inputs), traced, isinstance(example_inputs, dict))
    manifest = dataclasses.replace(
        manifest,
        optimizer=optimizer.to_json(),
        scheme=rules.to_json(),
        loss=describe_loss(loss),
        accumulate=optimizer.accumulate,
        statistics=statistics,
        producer=f"pock_mlir {__version__}",
    )
    _passes(module, LOWER, clock)
    with clock.measure("IREE"):
        code, memory, spec = _compile_for(machine, module, manifest)
    manifest = dataclasses.replace(manifest, memory=memory, target=spec)
    return CompiledStep(manifest, code, StoredParameters(manifest, parameters.tensors), tuple(clock.seconds))


def _check_inputs(inputs: Any) -> Inputs:
    if isinstance(inputs, Mapping):
        inputs = dict(inputs)
    elif isinstance(inputs, tuple | list):
        inputs = tuple(inputs)
    else:
        raise CompileError(
            f"inputs must be a tuple of tensors or a dict of tensors by argument name, got {type(inputs).__name__}"
        )
    items = inputs.items() if isinstance(inputs, dict) else enumerate(inputs)
    for key, value in items:
        if not isinstance(value, torch.Tensor):
            raise CompileError(f"input {key!r} must be a torch tensor, got {type(value).__name__}")
    if not inputs:
        raise CompileError("inputs are empty; give one example tensor for each argument of the model")
    return inputs


def _check_targets(targets: Any) -> tuple[torch.Tensor, ...]:
    if targets is None:
        return ()
    targets = (targets,) if isinstance(targets, torch.Tensor) else tuple(targets)
    for index, value in enumerate(targets):
        if not isinstance(value, torch.Tensor):
            raise CompileError(f"target {index} must be a torch tensor, got {type(value).__name__}")
    return targets


def _check_model(model: torch.nn.Module, optimizer: Optimizer) -> None:
    if not isinstance(model, torch.nn.Module):
        raise CompileError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    if not isinstance(optimizer, Optimizer):
        raise CompileError(
            f"optimizer must be one of pock_mlir's, such as SGD(lr=0.01), got {type(optimizer).__name__}"
        )
    if not any(True for _ in model.parameters()):
        raise CompileError("the model has no parameters to train")


def _input_names(inputs: Inputs) -> list[str]:
    return list(inputs) if isinstance(inputs, dict) else [f"input{i}" for i in range(len(inputs))]


def _target_names(targets: tuple[torch.Tensor, ...]) -> list[str]:
    return ["target"] if len(targets) == 1 else [f"target{i}" for i in range(len(targets))]


def _run_passes(
    module: ir.Module, structure: ModelStructure, trained: list[str], optimizer: Optimizer, seed: int, clock: Clock
) -> dict[str, Any]:
    """All passes on pock; returns the counts of ops for the full update and for what the scheme leaves of it."""
    _passes(module, import_passes(seed), clock)
    if set(trained) == set(structure.parameters):
        _passes(module, training_passes(trained, optimizer), clock)
        full = specs.count_ops(module.operation)
    else:
        with clock.measure("passes of the full update, to be counted"):
            untouched = module.operation.clone()
            _passes(untouched, training_passes(structure.parameters, optimizer))
            full = specs.count_ops(untouched.operation)
        _passes(module, training_passes(trained, optimizer), clock)
    _passes(module, PRUNE, clock)
    return {"ops": {"before-pruning": full, "after-pruning": specs.count_ops(module.operation)}}


def _passes(module: ir.Module | ir.Operation, text: str, clock: Clock | None = None) -> None:
    try:
        run_pipeline(module, f"builtin.module({text})", on_pass=clock and clock.add)
    except PassError as error:
        # The model stands in the module twice, as training step and as prediction.
        reasons = list(dict.fromkeys(map(_explain, error.diagnostics))) or [str(error)]
        if error.pass_name == "convert-torch-to-pock":
            reasons.append("write it with other ops, or add the op (docs/add_an_op.md)")
        raise CompileError("; ".join(reasons)) from error


def _explain(diagnostic: Diagnostic) -> str:
    """A diagnostic as one clause: the message, the module of the user's model, the line in its code."""
    places = [
        f"in module '{diagnostic.name}'" if diagnostic.name else "",
        f"at {diagnostic.position.file}:{diagnostic.position.line}" if diagnostic.position else "",
    ]
    where = " ".join(place for place in places if place)
    return f"{diagnostic.message} ({where})" if where else diagnostic.message


def _describe(module: ir.Operation, names: list[str], inputs: int, traced: Any, keyword: bool) -> Manifest:
    arguments = specs.argument_specs(module, "train_step", names)
    empty = MemoryPlan(0, 0, 0, 0, 0, 0)
    return Manifest(
        input_style="keyword" if keyword else "positional",
        inputs=arguments[:inputs],
        targets=arguments[inputs:],
        outputs=specs.result_specs(module, "predict", traced.output_names),
        output_style=traced.output_style,
        parameters=specs.parameter_specs(module),
        state=specs.state_specs(module),
        target=TargetSpec("", "", "", ""),
        memory=empty,
    )


def _compile_for(machine: Target, module: ir.Module, manifest: Manifest) -> tuple[bytes, MemoryPlan, TargetSpec]:
    buffer = io.BytesIO()
    module.operation.write_bytecode(buffer)
    compiler = IreeCompiler([*machine.iree_flags, *COMPILE_FLAGS])
    program = compiler.to_stream(hand_over(buffer.getvalue(), compiler.context))
    memory = plan_memory(
        program,
        input_bytes=sum(spec.nbytes for spec in (*manifest.inputs, *manifest.targets)),
        parameter_bytes=sum(spec.nbytes for spec in manifest.parameters),
        state_bytes=sum(spec.nbytes for spec in manifest.state),
    )
    spec = target_spec(machine, program)
    allocate_directly(program)
    return compiler.to_vm_bytecode(program), memory, spec
