"""Checks conversions of torch ops: the results and gradients of exported models against PyTorch.

A case is a function of tensors. All cases of a family form one model, whose parameters are the cases' floating-point
inputs and whose outputs are their results; so each family is exported and compiled once. The model goes through the
frontend, the conversion, autodiff and the lowering, and then runs as a function of inputs and parameters that gives
outputs and gradients.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy as np
import torch
from support.step_programs import Step, run_step
from torch import nn
from torch_mlir import ir

from pock_mlir.frontends.torch import source
from pock_mlir.frontends.torch.importer import import_traced
from pock_mlir.passes.analyses.functions import functions_of, operations_of
from pock_mlir.passes.forward.convert_torch_to_pock.conversion import op_key

NOT_EXPORTED = frozenset(
    f"torch.aten.{name}"
    for name in (
        "_convolution",
        "_log_softmax",
        "_reshape_alias",
        "_softmax",
        "batch_norm",
        "broadcast_to",
        "chunk",
        "constant_pad_nd",
        "contiguous",
        "detach_copy",
        "dropout",
        "expand_as",
        "feature_dropout",
        "flatten.using_ints",
        "index.Tensor_hacked_twin",
        "lift_fresh_copy",
        "movedim.int",
        "narrow",
        "native_dropout",
        "numpy_T",
        "positive",
        "reshape",
        "split.sizes",
        "to.device",
        "to.dtype",
        "to.dtype_layout",
        "to.other",
        "unflatten.int",
        "upsample_bicubic2d",
        "upsample_bilinear2d",
    )
)
"""The conversions of ops that torch.export does not give: they come from other frontends and decompositions."""

RANDOM = frozenset(
    f"torch.aten.{name}"
    for name in (
        "bernoulli",
        "bernoulli.Tensor",
        "bernoulli.p",
        "cauchy",
        "exponential",
        "geometric",
        "log_normal",
        "multinomial",
        "normal.Tensor_Tensor",
        "normal.Tensor_float",
        "normal.float_Tensor",
        "normal.float_float",
        "normal_functional",
        "rand",
        "rand_like",
        "randint",
        "randint.low",
        "randint_like",
        "randint_like.low_dtype",
        "randn",
        "randn_like",
        "randperm",
        "rrelu_with_noise_functional",
        "uniform",
    )
)
"""The conversions of ops that draw random numbers, which PyTorch draws otherwise."""

MARKED = frozenset(f"torch.pock.{name}" for name in ("cotangent", "custom_vjp", "stop_gradient"))
"""The conversions of what the frontend marks in whole models: regions without gradients, custom functions, hooks."""


@dataclass(frozen=True)
class Case:
    """A function of tensors, which returns one or a tuple of several.

    Results and gradients may differ from PyTorch's by `tolerance` times the largest magnitude in the array.
    """

    name: str
    function: Callable[..., Any]
    inputs: Sequence[torch.Tensor]
    tolerance: float = 2e-6


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    """Standard normal numbers."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def results_of(case: Case, inputs: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    results = case.function(*inputs)
    return list(results) if isinstance(results, tuple | list) else [results]


class Family(nn.Module):
    """The model of a family: it takes the cases' integer and boolean inputs and gives all results."""

    def __init__(self, cases: Sequence[Case]) -> None:
        super().__init__()
        self.cases = cases
        self.floats = nn.ParameterList(
            nn.Parameter(x.clone()) for case in cases for x in case.inputs if x.is_floating_point()
        )

    def others(self) -> tuple[torch.Tensor, ...]:
        """The inputs that are no parameters, after one that nothing needs: a model has at least one input."""
        return (torch.zeros(1), *(x for case in self.cases for x in case.inputs if not x.is_floating_point()))

    def forward(self, *others: torch.Tensor) -> tuple[torch.Tensor, ...]:
        floats, rest = iter(self.floats), iter(others[1:])
        results = []
        for case in self.cases:
            inputs = [next(floats) if x.is_floating_point() else next(rest) for x in case.inputs]
            results += results_of(case, inputs)
        return tuple(results)


def is_trained_on(result: torch.Tensor) -> bool:
    return result.is_floating_point() and result.requires_grad


def weights_of(family: Family) -> tuple[torch.Tensor, ...]:
    """Fixed random numbers by which the results are weighted in the loss."""
    weights = []
    for case in family.cases:
        inputs = [x.clone().requires_grad_() if x.is_floating_point() else x for x in case.inputs]
        for result in filter(is_trained_on, results_of(case, inputs)):
            weights.append(normal(*result.shape, seed=zlib.crc32(case.name.encode())))
    return tuple(weights)


def weighted_sum(outputs: Sequence[torch.Tensor], *weights: torch.Tensor) -> torch.Tensor:
    trained = [output for output in outputs if is_trained_on(output)]
    return sum(((x.float() * w).sum() for x, w in zip(trained, weights, strict=True)), torch.zeros(()))


@dataclass(frozen=True)
class Outcome:
    """The results of all cases, the gradients of all floating-point inputs (None where there is none), and the names of
    the exported torch ops.
    """

    results: dict[str, list[np.ndarray]]
    gradients: dict[str, list[np.ndarray | None]]
    exported: set[str]


class _WithLoss(Step):
    """Gives the loss of a family and then its results."""

    def __init__(self, model: Family) -> None:
        super().__init__()
        self.model = model

    def forward(self, others: Sequence[torch.Tensor], weights: Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        results = self.model(*others)
        return (weighted_sum(results, *weights), *results)


def compiled_outcome(cases: Sequence[Case]) -> Outcome:
    """What the compiled model of a family gives."""
    family = Family(cases)
    arguments = (family.others(), weights_of(family))
    outcome = run_step(_WithLoss(family), arguments, with_loss=False)
    outputs = list(outcome.outputs)
    gradients = iter([g if name in outcome.reached else None for name, g in outcome.gradients.items()])
    results = {case.name: [outputs.pop(0) for _ in results_of(case, case.inputs)] for case in cases}
    by_case = {case.name: [next(gradients) for x in case.inputs if x.is_floating_point()] for case in cases}
    return Outcome(results, by_case, outcome.exported)


def expected_outcome(case: Case) -> tuple[list[torch.Tensor], list[np.ndarray | None]]:
    """PyTorch's results and gradients for a case; None where there is none, which is not a gradient of zeros."""
    inputs = [x.clone().requires_grad_() if x.is_floating_point() else x for x in case.inputs]
    results = results_of(case, inputs)
    family = Family([case])
    if any(map(is_trained_on, results)):
        weighted_sum(results, *weights_of(family)).backward()
    gradients = [x.grad for x in inputs if x.is_floating_point()]
    return [r.detach() for r in results], [None if g is None else g.numpy() for g in gradients]


@contextmanager
def recorded_ops() -> Iterator[set[str]]:
    """A set that gets the names of the ops that the compiler imports meanwhile."""
    names: set[str] = set()

    def recorded(*arguments: Any) -> ir.Module:
        module = import_traced(*arguments)
        with module.context:
            for function in functions_of(module.operation):
                names.update(op_key(op.operation) for op in operations_of(function))
        return module

    with mock.patch.object(source, "import_traced", recorded):
        yield names
