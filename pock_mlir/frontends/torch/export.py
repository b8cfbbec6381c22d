"""Traces a PyTorch model by torch.export: once as a training step up to its loss, once as a prediction."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import ConstantArgument, OutputKind

from pock_mlir.compat.torch import changes_one_of_several, pytree
from pock_mlir.contract import DICT, PREDICT, SINGLE, TRAIN_STEP, TUPLE, function_name
from pock_mlir.errors import CompileError
from pock_mlir.frontends.reference import StepResult
from pock_mlir.frontends.torch.arguments import Inputs, own_tensors, path_name
from pock_mlir.frontends.torch.autograd import (
    parameter_hooks,
    recorded_autograd,
    recorded_state,
    refuse_untraceable_hooks,
)
from pock_mlir.frontends.torch.decompositions import decompositions
from pock_mlir.frontends.torch.export_errors import explain
from pock_mlir.frontends.torch.grad_regions import explicit_gradients
from pock_mlir.frontends.torch.hidden_parameters import HiddenParametersRefused
from pock_mlir.frontends.torch.inner_gradients import refused_gradients
from pock_mlir.frontends.torch.module_hooks import ModuleHooks, without_backward_hooks
from pock_mlir.frontends.torch.names import any_name
from pock_mlir.frontends.torch.program import complex_numbers_as_tensors, separate_writes, without_input_writes
from pock_mlir.frontends.torch.python_state import Changes, recorded_changes, refuse_python_state
from pock_mlir.frontends.torch.regions import nested_regions
from pock_mlir.frontends.torch.replacements import traceable_functions
from pock_mlir.frontends.torch.shared_storage import sharing_memory
from pock_mlir.frontends.torch.ties import Ties
from pock_mlir.frontends.torch.verify import obstacle, run_module, verify_export, with_rounding

Example = tuple[Inputs, tuple[torch.Tensor, ...]]
"""The inputs and targets of a training step."""


@dataclass(frozen=True)
class Examples:
    """What a model is traced on: the inputs and targets of each training step, and the inputs of each prediction, one
    for each combination of shapes.
    """

    train: Sequence[Example]
    predict: Sequence[Inputs]


@dataclass(frozen=True)
class TracedModel:
    """The programs of a model, one for each example, and what `predict` returns: "single", "tuple" or "dict", and its
    values' names.
    """

    train_steps: Sequence[ExportedProgram]
    predictions: Sequence[ExportedProgram]
    output_style: str
    output_names: tuple[str, ...]

    @property
    def programs(self) -> dict[str, ExportedProgram]:
        """By the names of their functions: train_step, train_step.1, ..., predict, predict.1, ..."""
        return {
            function_name(base, index): program
            for base, programs in ((TRAIN_STEP, self.train_steps), (PREDICT, self.predictions))
            for index, program in enumerate(programs)
        }


_NO_SCALAR = "the loss must be a scalar tensor, got {}; reduce it, for example by .mean()"


class _TrainStep(torch.nn.Module):
    """The model and its loss as one module; what forward tells autograd is recorded where it is to be traced."""

    def __init__(
        self, model: torch.nn.Module, loss: Callable[..., torch.Tensor] | None, *, recorded: bool = True
    ) -> None:
        super().__init__()
        self.recorded = recorded
        self.model = model
        self.loss = loss
        self.hooks = parameter_hooks(self)
        self.ties = Ties(self)
        self.module_hooks = ModuleHooks(self)
        self.changes = Changes()

    def forward(self, inputs: Inputs, targets: tuple[torch.Tensor, ...]) -> torch.Tensor:
        with self._recording():
            outputs = _call(self.model, inputs)
            loss = _own_loss(outputs) if self.loss is None else self._given_loss(_trained_on(outputs), targets)
        if not isinstance(loss, torch.Tensor):
            raise CompileError(_NO_SCALAR.format(type(loss).__name__))
        return loss

    def _given_loss(self, outputs: Any, targets: tuple[torch.Tensor, ...]) -> torch.Tensor:
        assert self.loss is not None
        with HiddenParametersRefused() if self.recorded else nullcontext():
            return self.loss(outputs, *targets)

    @contextmanager
    def _recording(self) -> Iterator[None]:
        if not self.recorded:
            yield
            return
        with (
            self.ties.followed(),
            recorded_changes(self, self.changes),
            recorded_autograd(self, self.hooks),
            self.module_hooks.traced(),
            refused_gradients(),
            nested_regions(),
        ):
            yield


class _Predict(torch.nn.Module):
    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model
        self.ties = Ties(self)

    def forward(self, inputs: Inputs) -> Any:
        with (
            self.ties.followed(),
            recorded_state(self),
            without_backward_hooks(),
            refused_gradients(),
            nested_regions(),
        ):
            outputs = _trained_on(_call(self.model, inputs))
        return (
            {k: v for k, v in outputs.items() if isinstance(v, torch.Tensor)}
            if isinstance(outputs, Mapping)
            else outputs
        )


def trace(
    model: torch.nn.Module,
    examples: Examples,
    loss: Callable[..., torch.Tensor] | None,
    converted: Iterable[str],
) -> TracedModel:
    """Traces a model on examples, the training steps in the mode it is in, the predictions in evaluation mode; all ops
    but those named in `converted` are taken apart where torch knows how.

    Raises CompileError where torch.export cannot, or where the loss is no scalar.
    """
    whole = _TrainStep(model, loss)
    refuse_untraceable_hooks(whole)
    table = decompositions(converted)
    train_steps = [_trace_step(_TrainStep(model, loss), *example, table) for example in examples.train]
    with _evaluation_mode(model):
        predictions = [_export(_Predict(model), (inputs,), table, "the prediction") for inputs in examples.predict]
    style, names = _output_style(predictions[0])
    return TracedModel(train_steps, predictions, style, names)


def verify(
    model: torch.nn.Module,
    examples: Examples,
    loss: Callable[..., torch.Tensor] | None,
    traced: TracedModel,
    trained: Iterable[str],
    seed: int,
) -> str:
    """Runs the first training step and its program in torch, and compares them, the gradients of the symbols `trained`
    among all else: see `verify_export`.
    """
    arguments = own_tensors(examples.train[0])
    module = _TrainStep(model, loss, recorded=False)
    return verify_export(module, arguments, traced.train_steps[0], set(trained), seed=seed)


def reference_step(
    model: torch.nn.Module,
    examples: Examples,
    loss: Callable[..., torch.Tensor] | None,
    trained: Iterable[str],
) -> StepResult | str:
    """The first training step as torch runs it, with the gradients of the symbols `trained`; or why it cannot be run
    here.
    """
    module = _TrainStep(model, loss, recorded=False)
    reason = obstacle(module)
    if reason:
        return reason
    with torch.enable_grad():
        arguments = own_tensors(examples.train[0])
        return with_rounding(module, arguments, run_module(module, arguments, set(trained)))


def gradients(
    model: torch.nn.Module, example: Example, loss: Callable[..., torch.Tensor] | None, trained: Iterable[str]
) -> Mapping[str, np.ndarray | None]:
    """The gradients of the symbols `trained` on an example, as torch computes them; None: it does not reach the loss.

    Raises CompileError where that cannot be done here.
    """
    module = _TrainStep(model, loss, recorded=False)
    reason = obstacle(module)
    if reason:
        raise CompileError(f"gradients cannot be computed: {reason}")
    with torch.enable_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return run_module(module, own_tensors(example), set(trained)).gradients


def _trace_step(
    module: _TrainStep, inputs: Inputs, targets: tuple[torch.Tensor, ...], table: dict[Any, Callable[..., Any]]
) -> ExportedProgram:
    program = _export(module, (inputs, targets), table, "the training step")
    outputs = next(node for node in program.graph.nodes if node.op == "output").args[0]
    value = outputs[-1].meta["val"] if outputs and hasattr(outputs[-1], "meta") else None
    if not isinstance(value, torch.Tensor) or value.ndim != 0:
        shape = list(value.shape) if isinstance(value, torch.Tensor) else type(value).__name__
        raise CompileError(_NO_SCALAR.format(shape))
    return program


def _call(model: torch.nn.Module, inputs: Inputs) -> Any:
    return model(**inputs) if isinstance(inputs, dict) else model(*inputs)


def _trained_on(outputs: Any) -> Any:
    """What the loss sees of a model's outputs: the logits of a HuggingFace output object, anything else as it is."""
    if isinstance(outputs, Mapping) and "logits" in outputs:
        return outputs["logits"]
    return outputs


def _own_loss(outputs: Any) -> torch.Tensor:
    """The loss that a model returns itself: a tensor, the field `loss`, or the first of several values."""
    if isinstance(outputs, torch.Tensor):
        return outputs
    if isinstance(outputs, Mapping):
        if outputs.get("loss") is None:
            raise CompileError(
                "loss=None means that the model returns its own loss, but its output has no field 'loss'; "
                "pass labels, or name a loss"
            )
        return outputs["loss"]
    if isinstance(outputs, Sequence) and outputs and isinstance(outputs[0], torch.Tensor):
        return outputs[0]
    raise CompileError(
        f"loss=None means that the model returns its own loss, but it returns {type(outputs).__name__}; name a loss"
    )


def _export(
    module: _TrainStep | _Predict, arguments: tuple[Any, ...], table: dict[Any, Callable[..., Any]], what: str
) -> ExportedProgram:
    try:
        with warnings.catch_warnings(), any_name(), module.ties.removed():
            warnings.simplefilter("ignore")
            # Whether the caller is under no_grad has no say in how the model is trained.
            with torch.enable_grad(), traceable_functions():
                arguments = own_tensors(arguments)
                if isinstance(module, _TrainStep) and module.module_hooks.is_needed:
                    torch.export.export(module, arguments)  # in which it sees what the hooked modules give
                    module.module_hooks.is_known = True
                program = torch.export.export(module, arguments)
                if isinstance(module, _TrainStep):
                    changes, module.changes = module.changes, Changes()
                    refuse_python_state(module, arguments, program, changes)
                    explicit_gradients(program)
                complex_numbers_as_tensors(program)
                return without_input_writes(separate_writes(program).run_decompositions(table))
    except CompileError:
        raise
    except Exception as error:
        sharing = sharing_memory(module.model, getattr(module, "loss", None)) if changes_one_of_several(error) else []
        raise CompileError(explain(error, what, sharing)) from error


@contextmanager
def _evaluation_mode(model: torch.nn.Module) -> Iterator[None]:
    """Evaluation mode for a while; every submodule's own mode comes back."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, training in modes.items():
            module.training = training


def _output_style(program: ExportedProgram) -> tuple[str, tuple[str, ...]]:
    """How a prediction comes, and the names of its arrays: what is no tensor is left out."""
    results = [spec for spec in program.graph_signature.output_specs if spec.kind == OutputKind.USER_OUTPUT]
    spec = program.call_spec.out_spec
    if spec is None or spec.is_leaf():
        return SINGLE, ("output",)
    tree = pytree.tree_unflatten(results, spec)
    names = [
        path_name(path, "output")
        for path, result in pytree.tree_flatten_with_path(tree)[0]
        if not isinstance(result.arg, ConstantArgument)
    ]
    return (DICT if spec.type is dict else TUPLE), tuple(names)
