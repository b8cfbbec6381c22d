"""The first stage: a model's programs as forward ops in pock."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from torch_mlir import ir

from pock_mlir.compiler.clock import Clock
from pock_mlir.compiler.coverage import examine
from pock_mlir.compiler.default_frontend import DEFAULT
from pock_mlir.compiler.internal_errors import internal_errors
from pock_mlir.compiler.run_passes import PassesFailed, run_passes
from pock_mlir.compiler.specs import count_ops
from pock_mlir.compiler.trainable import Plan, Trainable
from pock_mlir.contract import F32
from pock_mlir.coverage_report import UnsupportedOps
from pock_mlir.errors import CompileError
from pock_mlir.frontends.frontend import Source
from pock_mlir.optimizers import SGD, Optimizer
from pock_mlir.passes.calls import call
from pock_mlir.precision import Precision, resolve_precision
from pock_mlir.schedules import Schedule
from pock_mlir.schemes import Scheme

if TYPE_CHECKING:
    import torch

ExampleInputs = tuple[Any, ...] | list[Any] | Mapping[str, Any]
ExampleTargets: TypeAlias = "tuple[torch.Tensor, ...] | list[torch.Tensor] | torch.Tensor | None"


@internal_errors()
def import_model(
    model: torch.nn.Module,
    inputs: ExampleInputs | Sequence[ExampleInputs],
    targets: ExampleTargets | Sequence[ExampleTargets] = None,
    loss: str | Callable[..., torch.Tensor] | None = "cross_entropy",
    predict_inputs: ExampleInputs | Sequence[ExampleInputs] | None = None,
    scheme: str | Path | Scheme = "full",
    seed: int = 0,
) -> Imported:
    """Traces a model with its loss; the arguments are those of `compile`.

    `scheme` is the one that trains most of those that the model shall be trained by: what it unfreezes, and what it
    trains of parameters that share memory, is traced so. Raises PockError.
    """
    checked_seed(seed)
    clock = Clock()
    source = DEFAULT.trace(model, inputs, targets, loss, predict_inputs, scheme, clock.measure)
    module = source.module.operation.clone().operation
    try:
        run_passes(module, [call("pock-forward", seed=seed)], clock)
    except PassesFailed as error:
        raise _explained(error, source, source.traced_for) from error
    return Imported(source, module, seed, tuple(clock.seconds))


@dataclass(frozen=True)
class Imported:
    """A model and its loss as programs of forward ops in pock (`module`), nothing said of training.

    Every further stage works on a copy: one import serves any number of schemes and optimizers.
    """

    source: Source = field(repr=False)
    module: ir.Operation = field(repr=False)
    seed: int
    seconds: tuple[tuple[str, float], ...] = field(repr=False)

    @internal_errors()
    def train(
        self,
        scheme: str | Path | Scheme = "full",
        optimizer: Optimizer | None = None,
        precision: str | Precision = F32,
        schedule: Schedule | None = None,
    ) -> Trainable:
        """Adds backward pass and updates; the arguments are those of `compile`. Raises PockError."""
        rules, trained = self.source.resolve(scheme)
        checked = checked_optimizer(optimizer), resolve_precision(precision), checked_schedule(schedule)
        plan = Plan(rules, trained, *checked)
        clock, module = Clock(self.seconds), self.module.clone().operation
        try:
            run_passes(module, plan.pipeline(self._train_steps), clock)
            before = count_ops(module)
            run_passes(module, [call("pock-pruning")], clock)
        except PassesFailed as error:
            raise _explained(error, self.source, trained) from error
        return Trainable(self, plan, module, before, tuple(clock.seconds))

    @property
    def _train_steps(self) -> list[str]:
        return [step.function for step in self.source.signatures.train_steps]

    def full_update_ops(self, plan: Plan) -> dict[str, int] | None:
        """How often each kind of op occurs in the full update by a plan's optimizer; None where an op has no gradient
        but the plan's scheme needs none of it.
        """
        module, full = self.module.clone().operation, dataclasses.replace(plan, trained=self.source.trainable)
        try:
            run_passes(module, full.pipeline(self._train_steps), Clock())
        except PassesFailed as error:
            if error.pass_name != "pock-autodiff":
                raise
            return None
        return count_ops(module)


def checked_optimizer(optimizer: Optimizer | None) -> Optimizer:
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        raise CompileError(
            f"optimizer must be one of pock_mlir's, such as SGD(lr=0.01), got {type(optimizer).__name__}"
        )
    return SGD() if optimizer is None else optimizer


def checked_schedule(schedule: Schedule | None) -> Schedule | None:
    if schedule is not None and not isinstance(schedule, Schedule):
        raise CompileError(
            f"schedule must be one of pock_mlir's, such as CosineSchedule(total_steps=1000), or None, "
            f"got {type(schedule).__name__}"
        )
    return schedule


def checked_seed(seed: int) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 1 << 31:
        raise CompileError(f"the seed is {seed!r}, it must be an integer from 0 to {(1 << 31) - 1}")
    return seed


def _explained(error: PassesFailed, source: Source, trained: Collection[str]) -> CompileError:
    """All that is in the way of a model, where it is ops that are not supported."""
    if error.pass_name not in ("convert-torch-to-pock", "pock-autodiff"):
        return error
    report = examine(source.module.operation.clone().operation, trained)
    return error if report.ok else UnsupportedOps(report)
