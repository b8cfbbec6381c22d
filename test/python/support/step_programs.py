"""Exported training steps that run as functions: parameters become arguments, gradients results."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from support.gradients import expose_gradients
from support.programs import Program
from torch import nn
from torch_mlir import ir

from pock_mlir.contract import symbol_of
from pock_mlir.frontends.torch.decompositions import decompositions
from pock_mlir.frontends.torch.export import TracedModel
from pock_mlir.frontends.torch.grad_regions import explicit_gradients
from pock_mlir.frontends.torch.importer import ParameterTable, import_traced
from pock_mlir.passes.analyses.functions import find_function, operations_of, parameters_of
from pock_mlir.passes.forward.convert_torch_to_pock import torch_op
from pock_mlir.passes.forward.convert_torch_to_pock.conversion import op_key
from pock_mlir.passes.machinery.pipeline import run_pipeline


class Step(nn.Module):
    """Gives a loss first and then what else is wanted. The parameters are those of `model`."""

    model: nn.Module


@dataclass(frozen=True)
class StepOutcome:
    """The loss if kept, the outputs behind it, the gradients by name of all parameters (zeros for those that have none,
    which are not in `reached`), and the names of the torch ops.
    """

    loss: np.ndarray | None
    outputs: list[np.ndarray]
    gradients: dict[str, np.ndarray]
    reached: set[str]
    exported: set[str]


def run_step(step: Step, arguments: tuple[Any, ...], *, with_loss: bool = True) -> StepOutcome:
    """Runs a step through the frontend, the conversion, the layouts, autodiff, the lowering and IREE.

    Where nobody needs the loss, it is not compiled.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exported = torch.export.export(step, arguments)
        explicit_gradients(exported)
        exported = exported.run_decompositions(decompositions(torch_op.names()))
    module = import_traced(TracedModel([exported], [exported], "tuple", ()), ParameterTable(step.model))
    with module.context, ir.Location.unknown():
        find_function(module.operation, "predict").erase()
        names = {op_key(op.operation) for op in operations_of(find_function(module.operation, "train_step"))}
        trained = ",".join(name for name, parameter in step.model.named_parameters() if parameter.requires_grad)
        run_pipeline(module, f"pock-forward,pock-apply-scheme{{train={trained}}},pock-autodiff")
        step_ops = operations_of(find_function(module.operation, "train_step"))
        handed_over = {op.parameter.value for op in step_ops if op.operation.name == "pock.gradient"}
        layouts = {name: _layout(op) for name, op in parameters_of(module.operation).items()}
        order = expose_gradients(module.operation, with_loss=with_loss)["train_step"]
        run_pipeline(module, "cse,canonicalize,convert-pock-to-linalg,cse,canonicalize")
        program = Program(module)
    parameters = {symbol_of(name): x.detach().numpy() for name, x in step.model.named_parameters()}
    inputs = [x.numpy() for x in torch.utils._pytree.tree_leaves(arguments)]
    stored = [np.transpose(parameters[name], layouts[name]) for name in order]
    results = program.run("train_step", *inputs, *stored)
    loss = results.pop(0) if with_loss else None
    outputs, found = results[: len(results) - len(order)], results[len(results) - len(order) :]
    # A parameter that nothing reads is no argument; a frozen one has no gradient.
    gradients = {name: np.zeros_like(x) for name, x in parameters.items()}
    for name, gradient in zip(order, found, strict=True):
        gradients[name] = np.transpose(gradient, np.argsort(layouts[name]).tolist())
    by_name = {name: gradients[symbol_of(name)] for name, _ in step.model.named_parameters()}
    reached = {name for name in by_name if symbol_of(name) in handed_over}
    return StepOutcome(loss, outputs, by_name, reached, names)


def _layout(parameter: ir.OpView) -> list[int]:
    """The permutation by which the stored array comes from the model's."""
    attributes = parameter.operation.attributes
    rank = ir.RankedTensorType(parameter.type.value).rank
    return list(attributes["permutation"]) if "permutation" in attributes else list(range(rank))
