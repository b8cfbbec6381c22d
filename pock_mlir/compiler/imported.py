"""The front of a compilation: from a user's model and examples to its programs in the torch dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch_mlir import ir

from pock_mlir.compiler.clock import Clock
from pock_mlir.compiler.coverage import UnsupportedOps, scan
from pock_mlir.contract import LOSS, MODEL, TRAIN_STEP, function_name, symbol_of
from pock_mlir.errors import CompileError
from pock_mlir.frontends.torch.export import Examples, TracedModel, trace, verify
from pock_mlir.frontends.torch.importer import ParameterTable, import_traced
from pock_mlir.frontends.torch.losses import resolve_loss
from pock_mlir.frontends.torch.module_checks import check_modules
from pock_mlir.frontends.torch.module_tree import model_structure
from pock_mlir.frontends.torch.named_state import parts
from pock_mlir.passes.convert_torch_to_pock import torch_op
from pock_mlir.schemes import LossParameters, Scheme, resolve_scheme


@dataclass(frozen=True)
class ImportedModel:
    """A traced model: `module` has a function for each of its programs and the symbols of the parameters.

    `trained` are the symbols of what `scheme` trains, `trainable` of what model and loss leave to train; `examples`
    what the model was traced on, as checked.
    """

    module: ir.Module
    traced: TracedModel
    parameters: ParameterTable
    scheme: Scheme
    trained: list[str]
    trainable: list[str]
    examples: Examples

    @property
    def train_steps(self) -> list[str]:
        """The names of the functions that are training steps."""
        return [function_name(TRAIN_STEP, index) for index in range(len(self.examples.train))]


def import_model(
    model: torch.nn.Module,
    examples: Examples,
    loss: str | Callable[..., torch.Tensor] | None,
    scheme: str | Path | Scheme,
    clock: Clock,
) -> ImportedModel:
    """Traces and imports a model; loss and scheme are those of `compile`. Raises CompileError and SchemeError."""
    loss_function = resolve_loss(loss)
    _check_model(model, loss_function)
    parameters = ParameterTable(model, loss_function)
    rules, trained, trainable = _resolve_scheme(scheme, model, parameters)
    parameters.share_memory(trained)
    with clock.measure("torch.export"), _unfrozen(parameters, trained):
        traced = trace(model, examples, loss_function, torch_op.names())
    try:
        with clock.measure("import"):
            module = import_traced(traced, parameters)
    except CompileError as error:
        report = scan(traced)
        if not isinstance(error.__cause__, NotImplementedError) or report.ok:
            raise
        raise UnsupportedOps(report) from error
    return ImportedModel(module, traced, parameters, rules, trained, trainable, examples)


def _resolve_scheme(
    scheme: str | Path | Scheme, model: torch.nn.Module, parameters: ParameterTable
) -> tuple[Scheme, list[str], list[str]]:
    """The scheme as rules, and the symbols of what it trains and of what could be trained."""
    structure = model_structure(model)
    loss = parameters.names_of(LOSS)
    frozen = {name for name in loss if not parameters.tensors[symbol_of(name, LOSS)].requires_grad}
    rules, *trained = resolve_scheme(
        scheme,
        structure.parameters,
        structure.blocks,
        structure.after_blocks,
        structure.frozen,
        parameters.names_of(MODEL),
        LossParameters(tuple(loss), frozen, loss),
    )
    trainable = structure.trainable, [name for name in loss if name not in frozen]
    return rules, _symbols(*trained), _symbols(*trainable)


def _symbols(of_model: Sequence[str], of_loss: Sequence[str]) -> list[str]:
    return [*map(symbol_of, of_model), *(symbol_of(name, LOSS) for name in of_loss)]


def verify_traced(
    imported: ImportedModel,
    model: torch.nn.Module,
    loss: str | Callable[..., torch.Tensor] | None,
    seed: int,
    clock: Clock,
) -> str:
    """Compares what was traced with the model in torch, from a random seed; says what was done. Raises CompileError."""
    with clock.measure("verification of the export"), _unfrozen(imported.parameters, imported.trained):
        return verify(model, imported.examples, resolve_loss(loss), imported.traced, imported.trained, seed)


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
