"""Checks conversions of torch ops: what a compiled model predicts, and how it learns, against PyTorch.

A case is a function of tensors. All cases of a family form one model, whose parameters are the cases' floating-point
inputs and whose outputs are their results; so each family is exported and compiled once. One step of gradient descent
with learning rate 1 tells the gradients: by how much each parameter shrinks.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

import pock_mlir as pock
from pock_mlir.compiler import driver
from pock_mlir.passes.convert_torch_to_pock.conversion import op_key
from pock_mlir.passes.functions import functions_of, operations_of

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
    )
)
"""The conversions of ops that torch.export does not give: they come from other frontends and decompositions."""


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
    """The results of all cases, the gradients of all floating-point inputs, and the names of the exported torch ops."""

    results: dict[str, list[np.ndarray]]
    gradients: dict[str, list[np.ndarray]]
    exported: set[str]


def compiled_outcome(cases: Sequence[Case]) -> Outcome:
    """What the compiled model of a family gives."""
    family = Family(cases)
    others, weights = family.others(), weights_of(family)
    with tempfile.TemporaryDirectory() as folder, _RecordedOps() as exported:
        step = pock.compile(family, others, weights, loss=weighted_sum, optimizer=pock.SGD(lr=1.0))
        session = pock.load(step.save(Path(folder) / "family.pock"))
        before = session.state_dict()
        outputs = session.predict(*[x.numpy() for x in others])
        session.train_step(*[x.numpy() for x in (*others, *weights)])
        after = session.state_dict()
    gradients = iter([before[name] - after[name] for name, _ in family.named_parameters()])
    results = iter(outputs if isinstance(outputs, tuple | list) else [outputs])
    return Outcome(
        {case.name: [next(results) for _ in results_of(case, case.inputs)] for case in cases},
        {case.name: [next(gradients) for x in case.inputs if x.is_floating_point()] for case in cases},
        exported.names,
    )


def expected_outcome(case: Case) -> tuple[list[torch.Tensor], list[np.ndarray]]:
    """PyTorch's results and gradients for a case."""
    inputs = [x.clone().requires_grad_() if x.is_floating_point() else x for x in case.inputs]
    results = results_of(case, inputs)
    family = Family([case])
    if any(map(is_trained_on, results)):
        weighted_sum(results, *weights_of(family)).backward()
    gradients = [x.grad if x.grad is not None else torch.zeros_like(x) for x in inputs if x.is_floating_point()]
    return [r.detach() for r in results], [g.numpy() for g in gradients]


class _RecordedOps:
    """While entered, records the names of the ops that the driver imports."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._import = driver.import_traced

    def __enter__(self) -> _RecordedOps:
        def recorded(*arguments: Any) -> Any:
            module = self._import(*arguments)
            with module.context:
                for function in functions_of(module.operation):
                    self.names |= {op_key(op.operation) for op in operations_of(function)}
            return module

        driver.import_traced = recorded
        return self

    def __exit__(self, *exception: object) -> None:
        driver.import_traced = self._import
