"""The second stage: programs with backward pass and updates, as a plan says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from torch_mlir import ir

from pock_mlir.bundle import Signature
from pock_mlir.compiler import specs
from pock_mlir.compiler.clock import Clock
from pock_mlir.compiler.dispatches import Dispatch, list_dispatches, plan_transients
from pock_mlir.compiler.internal_errors import internal_errors
from pock_mlir.compiler.lowered import Lowered
from pock_mlir.compiler.run_passes import run_passes
from pock_mlir.optimizers import Optimizer
from pock_mlir.passes.calls import Pipeline, call
from pock_mlir.precision import Precision
from pock_mlir.schedules import Schedule
from pock_mlir.schemes import Scheme

if TYPE_CHECKING:
    from pock_mlir.compiler.imported import Imported


@dataclass(frozen=True)
class Plan:
    """What training changes, and how: `trained` are symbols, in the order of the model, of what `scheme` trains."""

    scheme: Scheme
    trained: tuple[str, ...]
    optimizer: Optimizer
    precision: Precision
    schedule: Schedule | None = None

    def pipeline(self, functions: Sequence[str]) -> Pipeline:
        """The passes that make training steps of the forward programs `functions`."""
        return [
            call(
                "pock-backward",
                symbols=self.trained,
                functions=functions,
                storage=self.precision.storage,
                master_weights=self.precision.master_weights,
                loss_scale=self.precision.scales_loss,
            ),
            call(self.optimizer.pass_name, **self.optimizer.pass_options(), functions=functions),
            call("pock-advance-random"),
        ]


@dataclass(frozen=True)
class Trainable:
    """Training steps and predictions in pock (`module`), pruned to what `plan` trains.

    `ops_before_pruning`: how often each kind of op occurred before what no update needs went.
    """

    imported: Imported = field(repr=False)
    plan: Plan
    module: ir.Operation = field(repr=False)
    ops_before_pruning: dict[str, int] = field(repr=False)
    seconds: tuple[tuple[str, float], ...] = field(repr=False)

    @internal_errors()
    def verify(self) -> str:
        """Compares what was traced with the model in torch, on the examples: loss, gradients and buffers of one step.

        Says what was done. Raises CompileError where they differ.
        """
        return self.imported.source.verify(self.plan.trained, self.imported.seed)

    @internal_errors()
    def lower(self, *, dispatches: bool = False) -> Lowered:
        """Lowers pock to upstream dialects; with `dispatches` in pieces that run as one, where the backend takes them
        so, else for the backend to cut.
        """
        clock, module = Clock(self.seconds), self.module.clone().operation
        described = self._signatures(), specs.parameter_specs(self.module), specs.state_specs(self.module)
        run_passes(module, [call("pock-lowering", dispatches=dispatches)], clock)
        return Lowered(self, module, *described, tuple(clock.seconds))

    def count_ops(self) -> dict[str, dict[str, int]]:
        """How often each kind of op occurs in the full update, where known, and in what the plan leaves of it."""
        is_full = set(self.plan.trained) == set(self.imported.source.trainable)
        full = self.ops_before_pruning if is_full else self.imported.full_update_ops(self.plan)
        before = {} if full is None else {"before-pruning": full}
        return before | {"after-pruning": specs.count_ops(self.module)}

    @internal_errors()
    def dispatches(self) -> tuple[Dispatch, ...]:
        """What runs as one piece, in order, with its cost and its place in the model."""
        return list_dispatches(self.module)

    @internal_errors()
    def plan_transients(self) -> dict[str, int]:
        """What each function holds at its worst moment between its dispatches, in bytes, by its name.

        Known without a backend, which adds what it keeps inside of pieces that it cuts up, and gaps in its packing.
        """
        return plan_transients(self.module)

    def _signatures(self) -> tuple[Signature, ...]:
        source, signatures = self.imported.source.signatures, []
        for step in source.train_steps:
            arguments = specs.argument_specs(self.module, step.function, [*step.inputs, *step.targets])
            count = len(step.inputs)
            signatures.append(Signature(step.function, arguments[:count], targets=arguments[count:]))
        for prediction in source.predictions:
            arguments = specs.argument_specs(self.module, prediction.function, prediction.inputs)
            outputs = specs.result_specs(self.module, prediction.function, source.outputs)
            signatures.append(Signature(prediction.function, arguments, outputs=outputs))
        return tuple(signatures)
