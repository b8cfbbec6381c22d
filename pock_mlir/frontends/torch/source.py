"""A traced model: a user's model and examples, and its programs in the torch dialect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch_mlir import ir

from pock_mlir.contract import KEYWORD, LOSS, MODEL, POSITIONAL, PREDICT, TRAIN_STEP, Owner, function_name, symbol_of
from pock_mlir.coverage_report import UnsupportedOps
from pock_mlir.errors import CompileError, SchemeError
from pock_mlir.frontends.frontend import Call, Measure, Signatures
from pock_mlir.frontends.owners import described
from pock_mlir.frontends.reference import StepResult
from pock_mlir.frontends.torch.arguments import as_array, tensors_of
from pock_mlir.frontends.torch.coverage import scan
from pock_mlir.frontends.torch.examples import Example, input_names, target_names
from pock_mlir.frontends.torch.export import Examples, TracedModel, reference_step, trace, verify
from pock_mlir.frontends.torch.importance import Importance
from pock_mlir.frontends.torch.importer import ParameterTable, import_traced
from pock_mlir.frontends.torch.losses import describe_loss, resolve_loss
from pock_mlir.frontends.torch.module_checks import check_modules
from pock_mlir.frontends.torch.module_tree import module_parameters
from pock_mlir.frontends.torch.named_state import parts
from pock_mlir.frontends.torch.requires_grad import asking_for_gradients
from pock_mlir.frontends.torch.tensor_values import TensorValues
from pock_mlir.methods import Method, resolve_method
from pock_mlir.passes.forward.convert_torch_to_pock import torch_op
from pock_mlir.schemes import Parameters, Scheme, Update, resolve, scheme_of

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
    of_model: Parameters
    of_loss: Parameters
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
        of_model = (symbol_of(p.name, MODEL) for p in self.of_model.all if not p.is_frozen)
        of_loss = (symbol_of(p.name, LOSS) for p in self.of_loss.all if not p.is_frozen)
        return (*of_model, *of_loss)

    def resolve(self, scheme: str | Path | Scheme) -> tuple[Scheme, dict[str, Update]]:
        rules, updates = _resolve(scheme, self.of_model, self.of_loss)
        untraced = next((symbol for symbol in updates if symbol not in self.traced_for), None)
        if untraced is not None:
            raise SchemeError(
                f"the scheme '{rules.name}' trains {described(untraced)}, for which the model was not imported: give "
                "import_model this scheme, or one that trains more"
            )
        return rules, updates

    def method(self, scheme: str | Path | Scheme) -> Method | None:
        return resolve_method(scheme, self.of_model)

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
    model: torch.nn.Module,
    examples: Examples,
    loss: Loss,
    scheme: str | Path | Scheme,
    measure: Measure,
    calibration: Sequence[Example] = (),
) -> TorchSource:
    """Traces and imports a model to be trained by a scheme, or by one that trains less; loss and scheme are those of
    `compile`, `calibration` its batches as checked. Raises CompileError and SchemeError.
    """
    function = resolve_loss(loss)
    _check_model(model, function)
    parameters = ParameterTable(model, function)
    of_model, of_loss = _seen_by_schemes(model, function, parameters, calibration)
    _, updates = _resolve(scheme, of_model, of_loss)
    trained = tuple(updates)
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
    name, traced_for = describe_loss(loss), frozenset(trained)
    return TorchSource(model, function, name, examples, traced, parameters, of_model, of_loss, module, traced_for)


def _seen_by_schemes(
    model: torch.nn.Module, loss: object, table: ParameterTable, calibration: Sequence[Example]
) -> tuple[Parameters, Parameters]:
    """The parameters of the model, and the loss's own."""
    values = TensorValues(table.tensors)
    importance = Importance(model, loss, table, calibration)

    def seen(owner: Owner, part: torch.nn.Module) -> Parameters:
        measured = (lambda name: importance[symbol_of(name, owner)]) if calibration else None
        parameters = module_parameters(part, lambda name: values[symbol_of(name, owner)], measured)
        own = table.names_of(owner)
        return replace(parameters, all=tuple(each for each in parameters.all if each.name in own))

    return seen(MODEL, model), seen(LOSS, loss if isinstance(loss, torch.nn.Module) else torch.nn.Module())


def _resolve(
    scheme: str | Path | Scheme, of_model: Parameters, of_loss: Parameters
) -> tuple[Scheme, dict[str, Update]]:
    """The scheme as data, and what it changes, by symbol."""
    method = resolve_method(scheme, of_model)
    rules = scheme_of(scheme, of_model) if method is None else method.scheme
    resolved = resolve(rules, of_model, of_loss)
    updates = {symbol_of(name, MODEL): update for name, update in resolved.model.items()}
    return resolved.scheme, updates | {symbol_of(name, LOSS): update for name, update in resolved.loss.items()}


def _unfrozen(parameters: ParameterTable, trained: Sequence[str]) -> AbstractContextManager[None]:
    """What a scheme trains asks for gradients while the model is traced, frozen by the model or not."""
    return asking_for_gradients(parameters.tensors[symbol] for symbol in trained)


def _check_model(model: Any, loss: Callable[..., torch.Tensor] | None) -> None:
    if not isinstance(model, torch.nn.Module):
        raise CompileError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    if not any(True for _, part in parts(model, loss) for _ in part.parameters()):
        raise CompileError("the model has no parameters to train")
    check_modules(model, loss)
