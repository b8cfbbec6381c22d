"""A traced model: a user's model and examples, and its programs in the torch dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch_mlir import ir

from pock_mlir.contract import KEYWORD, LOSS, MODEL, POSITIONAL, PREDICT, TRAIN_STEP, function_name, symbol_of
from pock_mlir.coverage_report import UnsupportedOps
from pock_mlir.errors import CompileError, SchemeError
from pock_mlir.frontends.frontend import Call, Measure, Signatures
from pock_mlir.frontends.owners import described
from pock_mlir.frontends.reference import StepResult
from pock_mlir.frontends.torch.arguments import as_array, tensors_of
from pock_mlir.frontends.torch.coverage import scan
from pock_mlir.frontends.torch.examples import input_names, target_names
from pock_mlir.frontends.torch.export import Examples, TracedModel, reference_step, trace, verify
from pock_mlir.frontends.torch.importer import ParameterTable, import_traced
from pock_mlir.frontends.torch.losses import describe_loss, resolve_loss
from pock_mlir.frontends.torch.module_checks import check_modules
from pock_mlir.frontends.torch.module_tree import ModelStructure, model_structure
from pock_mlir.frontends.torch.named_state import parts
from pock_mlir.frontends.torch.tensor_values import TensorValues
from pock_mlir.passes.forward.convert_torch_to_pock import torch_op
from pock_mlir.schemes import LossParameters, Scheme, resolve_scheme

Loss = str | Callable[..., torch.Tensor] | None


@dataclass(frozen=True)
class TorchSource:
    """A traced model: `module` has a function for each of its programs and the symbols of the parameters.

    `loss` is the loss as a function, `loss_name` what it is called; `examples` are what the model was traced on, as
    checked.
    """

    model: torch.nn.Module
    loss: Callable[..., torch.Tensor] | None
    loss_name: str | None
    examples: Examples
    traced: TracedModel
    parameters: ParameterTable
    structure: ModelStructure
    module: ir.Module
    traced_for: frozenset[str]

    @property
    def signatures(self) -> Signatures:
        steps, predictions = [], []
        for index, (inputs, targets) in enumerate(self.examples.train):
            names = input_names(inputs)
            call = Call(function_name(TRAIN_STEP, index), tuple(names), tuple(target_names(targets, names)))
            steps.append(call)
        for index, inputs in enumerate(self.examples.predict):
            predictions.append(Call(function_name(PREDICT, index), tuple(input_names(inputs))))
        style = KEYWORD if isinstance(self.examples.train[0][0], dict) else POSITIONAL
        traced = self.traced
        return Signatures(tuple(steps), tuple(predictions), style, traced.output_style, traced.output_names)

    @property
    def trainable(self) -> tuple[str, ...]:
        loss = [name for name in self.parameters.names_of(LOSS) if name not in _frozen_of_loss(self.parameters)]
        return _symbols(self.structure.trainable, loss)

    def resolve(self, scheme: str | Path | Scheme) -> tuple[Scheme, tuple[str, ...]]:
        rules, trained = _resolve(scheme, self.structure, self.parameters)
        untraced = next((symbol for symbol in trained if symbol not in self.traced_for), None)
        if untraced is not None:
            raise SchemeError(
                f"the scheme '{rules.name}' trains {described(untraced)}, for which the model was not imported: give "
                "import_model this scheme, or one that trains more"
            )
        return rules, trained

    def verify(self, trained: Sequence[str], seed: int) -> str:
        with _unfrozen(self.parameters, trained):
            return verify(self.model, self.examples, self.loss, self.traced, list(trained), seed)

    def reference_step(self, trained: Sequence[str]) -> StepResult | str:
        return reference_step(self.model, self.examples, self.loss, list(trained))

    @property
    def values(self) -> TensorValues:
        return TensorValues(self.parameters.tensors)

    def example(self) -> tuple[dict[str, np.ndarray], tuple[np.ndarray, ...]]:
        inputs, targets = self.examples.train[0]
        arrays = {name: as_array(tensor) for name, tensor in tensors_of(inputs).items()}
        return arrays, tuple(map(as_array, targets))


def trace_model(
    model: torch.nn.Module, examples: Examples, loss: Loss, scheme: str | Path | Scheme, measure: Measure
) -> TorchSource:
    """Traces and imports a model to be trained by a scheme, or by one that trains less; loss and scheme are those of
    `compile`. Raises CompileError and SchemeError.
    """
    function = resolve_loss(loss)
    _check_model(model, function)
    parameters, structure = ParameterTable(model, function), model_structure(model)
    _, trained = _resolve(scheme, structure, parameters)
    parameters.share_memory(trained)
    with measure("torch.export"), _unfrozen(parameters, trained):
        traced = trace(model, examples, function, torch_op.names())
    try:
        with measure("import"):
            module = import_traced(traced, parameters)
    except CompileError as error:
        report = scan(traced)
        if not isinstance(error.__cause__, NotImplementedError) or report.ok:
            raise
        raise UnsupportedOps(report) from error
    name = describe_loss(loss)
    return TorchSource(model, function, name, examples, traced, parameters, structure, module, frozenset(trained))


def _resolve(
    scheme: str | Path | Scheme, structure: ModelStructure, parameters: ParameterTable
) -> tuple[Scheme, tuple[str, ...]]:
    loss = parameters.names_of(LOSS)
    rules, *trained = resolve_scheme(
        scheme,
        structure.parameters,
        structure.blocks,
        structure.after_blocks,
        structure.frozen,
        parameters.names_of(MODEL),
        LossParameters(tuple(loss), _frozen_of_loss(parameters), loss),
    )
    return rules, _symbols(*trained)


def _frozen_of_loss(parameters: ParameterTable) -> set[str]:
    loss = parameters.names_of(LOSS)
    return {name for name in loss if not parameters.tensors[symbol_of(name, LOSS)].requires_grad}


def _symbols(of_model: Sequence[str], of_loss: Sequence[str]) -> tuple[str, ...]:
    return (*map(symbol_of, of_model), *(symbol_of(name, LOSS) for name in of_loss))


@contextmanager
def _unfrozen(parameters: ParameterTable, trained: Sequence[str]) -> Iterator[None]:
    """What a scheme trains asks for gradients while the model is traced, frozen by the model or not."""
    tensors = parameters.tensors
    changed = [tensors[symbol] for symbol in trained if not tensors[symbol].requires_grad]
    for parameter in changed:
        parameter.requires_grad_(True)
    try:
        yield
    finally:
        for parameter in changed:
            parameter.requires_grad_(False)


def _check_model(model: Any, loss: Callable[..., torch.Tensor] | None) -> None:
    if not isinstance(model, torch.nn.Module):
        raise CompileError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    if not any(True for _, part in parts(model, loss) for _ in part.parameters()):
        raise CompileError("the model has no parameters to train")
    check_modules(model, loss)
