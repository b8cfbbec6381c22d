"""The front of a compilation: from a user's model and examples to its programs in the torch dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch_mlir import ir

from pock_mlir.compiler.clock import Clock
from pock_mlir.compiler.coverage import UnsupportedOps, scan
from pock_mlir.errors import CompileError
from pock_mlir.frontends.losses import resolve_loss
from pock_mlir.frontends.module_tree import ModelStructure, model_structure
from pock_mlir.frontends.torch_export import Inputs, TracedModel, trace
from pock_mlir.frontends.torch_import import ParameterTable, import_traced
from pock_mlir.passes.convert_torch_to_pock import torch_op
from pock_mlir.schemes import Scheme, resolve_scheme


@dataclass(frozen=True)
class ImportedModel:
    """A traced model: `module` has the functions `train_step` and `predict` and the symbols of the parameters.

    `trained` are the names that `scheme` trains; `inputs` and `targets` the examples, as checked.
    """

    module: ir.Module
    traced: TracedModel
    parameters: ParameterTable
    structure: ModelStructure
    scheme: Scheme
    trained: list[str]
    inputs: Inputs
    targets: tuple[torch.Tensor, ...]

    @property
    def argument_names(self) -> list[str]:
        """Of the training step: the inputs, then the targets."""
        keyword = isinstance(self.inputs, dict)
        inputs = [str(name) for name in self.inputs] if keyword else [f"input{i}" for i in range(len(self.inputs))]
        targets = ["target"] if len(self.targets) == 1 else [f"target{i}" for i in range(len(self.targets))]
        return [*inputs, *targets]


def import_model(
    model: torch.nn.Module,
    inputs: Any,
    targets: Any,
    loss: str | Callable[..., torch.Tensor] | None,
    scheme: str | Path | Scheme,
    clock: Clock,
) -> ImportedModel:
    """Traces and imports a model; the arguments are those of `compile`. Raises CompileError and SchemeError."""
    loss_function = resolve_loss(loss)
    inputs, targets = _check_inputs(inputs), _check_targets(targets)
    _check_model(model)
    structure = model_structure(model)
    rules, trained = resolve_scheme(scheme, structure.parameters, structure.blocks, structure.after_blocks)
    parameters = ParameterTable(model)
    with clock.measure("torch.export"):
        traced = trace(model, inputs, targets, loss_function, torch_op.names())
    try:
        with clock.measure("import"):
            module = import_traced(traced, parameters)
    except CompileError as error:
        report = scan(traced)
        if not isinstance(error.__cause__, NotImplementedError) or report.ok:
            raise
        raise UnsupportedOps(report) from error
    return ImportedModel(module, traced, parameters, structure, rules, trained, inputs, targets)


def _check_model(model: Any) -> None:
    if not isinstance(model, torch.nn.Module):
        raise CompileError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    if not any(True for _ in model.parameters()):
        raise CompileError("the model has no parameters to train")


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
