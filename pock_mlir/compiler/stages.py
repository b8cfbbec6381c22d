"""The stages of a compilation, as values: Imported ▸ Trainable ▸ Lowered ▸ Compiled.

Each works on a copy of the module of the one before: what comes of a stage does not change it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from torch_mlir import ir

from pock_mlir.backends import backend_for
from pock_mlir.backends.backend import Artifact, Program
from pock_mlir.bundle import (
    MODULE_FILE,
    Manifest,
    MemoryPlan,
    MemoryReport,
    ParameterSpec,
    Signature,
    StateSpec,
    Timeline,
    write_bundle,
)
from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.compiler import specs
from pock_mlir.compiler.adapters import AdaptedValues, Adapters
from pock_mlir.compiler.clock import Clock
from pock_mlir.compiler.coverage import examine
from pock_mlir.compiler.dispatches import Dispatch, list_dispatches, plan_transients
from pock_mlir.compiler.internal_errors import InternalError, backend_errors, internal_errors
from pock_mlir.compiler.parameters import StoredParameters
from pock_mlir.compiler.run_passes import PassesFailed, run_passes
from pock_mlir.compiler.sampled_blocks import SampledBlocks
from pock_mlir.compiler.saved import SavedTensor, list_saved
from pock_mlir.compiler.timelines import History
from pock_mlir.contract import BACKEND_CUT, COMPILER_CUT, F32, FULL
from pock_mlir.coverage_report import UnsupportedOps
from pock_mlir.errors import CompileError, TargetError
from pock_mlir.frontends.frontend import Source
from pock_mlir.optimizers import SGD, Optimizer
from pock_mlir.passes.machinery.calls import Pipeline, call
from pock_mlir.precision import Precision, resolve_precision
from pock_mlir.schedules import Schedule
from pock_mlir.schemes import Scheme, Update
from pock_mlir.targets import Target, get_target
from pock_mlir.version import __version__


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
        recompute: bool = True,
    ) -> Trainable:
        """Adds backward pass and updates; the arguments are those of `compile`. Raises PockError."""
        rules, updates = self.source.resolve(scheme)
        checked = checked_optimizer(optimizer), resolve_precision(precision), checked_schedule(schedule)
        method = self.source.method(scheme)
        adapters, sampled = Adapters.of(method, self.module), SampledBlocks.of(method, updates, *checked[:2])
        if adapters is not None:
            kept = {symbol: update for symbol, update in updates.items() if symbol not in adapters.candidates}
            updates = kept | dict.fromkeys(adapters.factors, FULL)
        return self.carry_out(Plan(rules, updates, *checked, recompute, adapters, sampled))

    def carry_out(self, plan: Plan) -> Trainable:
        """The training steps of a plan, which is one for this model. Raises PockError."""
        clock, module = Clock(self.seconds), self.module.clone().operation
        history = History(module)
        try:
            run_passes(module, plan.pipeline(self._train_steps), clock)
            before = specs.count_ops(module)
            decide = [call("pock-pruning"), call("pock-memory", recompute=plan.recompute)]
            run_passes(module, decide, clock, history.look)
        except PassesFailed as error:
            raise explained(error, self.source, plan.trained) from error
        return Trainable(self, plan, module, before, history, tuple(clock.seconds))

    @property
    def _train_steps(self) -> list[str]:
        return [step.function for step in self.source.signatures.train_steps]

    def full_update_ops(self, plan: Plan) -> dict[str, int] | None:
        """How often each kind of op occurs in the full update by a plan's optimizer; None where an op has no gradient
        but the plan's scheme needs none of it.
        """
        full = dataclasses.replace(
            plan, updates=dict.fromkeys(self.source.trainable, FULL), adapters=None, sampled=None
        )
        module = self.module.clone().operation
        try:
            run_passes(module, full.pipeline(self._train_steps), Clock())
        except PassesFailed as error:
            if error.pass_name != "pock-autodiff":
                raise
            return None
        return specs.count_ops(module)


@dataclass(frozen=True)
class Plan:
    """What training changes, and how: `updates` says what of each parameter that `scheme` trains, by symbol, in the
    order of the model; the factors of `adapters`, if any, have the place of what they adapt.

    With `recompute` the backward pass computes again what follows cheaply from less than what it takes.
    """

    scheme: Scheme
    updates: Mapping[str, Update]
    optimizer: Optimizer
    precision: Precision
    schedule: Schedule | None = None
    recompute: bool = True
    adapters: Adapters | None = None
    sampled: SampledBlocks | None = None

    @property
    def compared(self) -> tuple[str, ...]:
        """The framework's own parameters of which the gradients tell whether the step is right: that of a weight holds
        those of its adapter.
        """
        return self.trained if self.adapters is None else (*self.trained_by_framework, *self.adapters.weights)

    @property
    def trained_by_framework(self) -> tuple[str, ...]:
        """What the framework can train, too: adapters are not its own."""
        added = () if self.adapters is None else self.adapters.factors
        return tuple(symbol for symbol in self.updates if symbol not in added)

    @property
    def trained(self) -> tuple[str, ...]:
        """The symbols of what is trained, whole or in part."""
        return tuple(self.updates)

    @property
    def slices(self) -> dict[str, ChannelSlice]:
        """The slices of those that are trained in part."""
        return {symbol: update for symbol, update in self.updates.items() if isinstance(update, ChannelSlice)}

    def scheme_json(self) -> dict[str, Any]:
        """The scheme as a manifest has it, with the options of its method."""
        method = self.adapters or self.sampled
        return self.scheme.to_json() if method is None else method.describe(self.scheme)

    def pipeline(self, functions: Sequence[str]) -> Pipeline:
        """The passes that make training steps of the forward programs `functions`."""
        return [
            *([] if self.adapters is None else [self.adapters.insertion()]),
            call(
                "pock-backward",
                symbols=self.trained,
                slices=[f"{symbol}={channels.text}" for symbol, channels in self.slices.items()],
                functions=functions,
                storage=self.precision.storage,
                master_weights=self.precision.master_weights,
                loss_scale=self.precision.scales_loss,
            ),
            call(self.optimizer.pass_name, **self.optimizer.pass_options(), functions=functions),
            *([] if self.sampled is None else [self.sampled.sharing()]),
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
    history: History = field(repr=False)
    seconds: tuple[tuple[str, float], ...] = field(repr=False)

    @internal_errors()
    def verify(self) -> str:
        """Compares what was traced with the model in torch, on the examples: loss, gradients and buffers of one step.

        Says what was done. Raises CompileError where they differ.
        """
        return self.imported.source.verify(self.plan.compared, self.imported.seed)

    @internal_errors()
    def lower(self, *, dispatches: bool = True) -> Lowered:
        """Lowers pock to upstream dialects, in pieces that run as one where the backend takes them so; without
        `dispatches` the backend makes the cut, but for the updates.
        """
        clock, module = Clock(self.seconds), self.module.clone().operation
        described = self._signatures(), specs.parameter_specs(self.module), specs.state_specs(self.module)
        run_passes(module, [call("pock-lowering", dispatches=dispatches)], clock)
        return Lowered(self, module, *described, tuple(clock.seconds), dispatches)

    def count_ops(self) -> dict[str, dict[str, int]]:
        """How often each kind of op occurs in the full update, where known, and in what the plan leaves of it."""
        is_full = not self.plan.slices and set(self.plan.trained) == set(self.imported.source.trainable)
        full = self.ops_before_pruning if is_full else self.imported.full_update_ops(self.plan)
        before = {} if full is None else {"before-pruning": full}
        return before | {"after-pruning": specs.count_ops(self.module)}

    @internal_errors()
    def dispatches(self) -> tuple[Dispatch, ...]:
        """What runs as one piece, in order, with its cost and its place in the model."""
        return list_dispatches(self.module)

    @internal_errors()
    def saved(self) -> tuple[SavedTensor, ...]:
        """What is saved for the backward pass, in the order in which it is computed: its size, why, and where in the
        model it is from.
        """
        return list_saved(self.module)

    @internal_errors()
    def plan_transients(self) -> dict[str, int]:
        """What each function holds at its worst moment between its dispatches, in bytes, by its name.

        Known without a backend, which adds what it keeps inside of pieces that it cuts up, and gaps in its packing.
        """
        return plan_transients(self.module)

    @internal_errors()
    def timelines(self) -> tuple[Timeline, ...]:
        """What each training step holds while each of its dispatches runs, known without a backend: behind
        pock-pruning, and behind each pass that decides what is held.
        """
        return self.history.timelines

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


@dataclass(frozen=True)
class Lowered:
    """A step in upstream dialects (`module`): what it is called with, and the parameters and states that it has."""

    trainable: Trainable = field(repr=False)
    module: ir.Operation = field(repr=False)
    signatures: tuple[Signature, ...]
    parameters: tuple[ParameterSpec, ...] = field(repr=False)
    state: tuple[StateSpec, ...] = field(repr=False)
    seconds: tuple[tuple[str, float], ...] = field(repr=False)
    dispatches: bool = True
    """Whether it is cut into what runs as one piece; else the backend cuts."""

    @internal_errors()
    def compile(self, target: str | Target = "host") -> Compiled:
        """Makes machine code for a target. Raises TargetError and CompileError.

        Where a backend has no code for one of the pieces, it is left to cut the whole step itself; the manifest says so
        (`statistics`: `cut`).
        """
        chosen = get_target(target) if isinstance(target, str) else target
        backend = backend_for(chosen.generator)
        program = Program(
            self.module,
            input_bytes={signature.function: signature.argument_bytes for signature in self.signatures},
            parameter_bytes=sum(spec.nbytes for spec in self.parameters),
            state_bytes=sum(spec.nbytes for spec in self.state),
        )
        clock = Clock(self.seconds)
        try:
            with clock.measure(backend.name), backend_errors(self.module):
                artifact = backend.compile(program, chosen)
        except InternalError:
            if not self.dispatches:
                raise
            return self.trainable.lower(dispatches=False).compile(chosen)
        _check_budget(artifact.memory.planned_peak_bytes, chosen)
        with clock.measure("counting of ops and dispatches"):
            manifest = self._manifest(artifact)
            report = MemoryReport((*self.trainable.timelines(), *artifact.timelines))
        stored = StoredParameters(manifest, self._values())
        return Compiled(manifest, artifact.files[MODULE_FILE], stored, report, tuple(clock.seconds))

    def _values(self) -> Mapping[str, np.ndarray]:
        imported, adapters = self.trainable.imported, self.trainable.plan.adapters
        if adapters is None:
            return imported.source.values
        factors = set(adapters.factors)
        added = [spec for spec in self.parameters if spec.symbol in factors]
        return AdaptedValues(imported.source.values, added, imported.seed)

    def _manifest(self, artifact: Artifact) -> Manifest:
        source, plan = self.trainable.imported.source, self.trainable.plan
        signatures = source.signatures
        return Manifest(
            input_style=signatures.input_style,
            signatures=self.signatures,
            output_style=signatures.output_style,
            parameters=tuple(dataclasses.replace(s, used=s.symbol in artifact.loaded) for s in self.parameters),
            state=self.state,
            adapters=() if plan.adapters is None else plan.adapters.specs(self.trainable.imported.module),
            target=artifact.requirements,
            memory=artifact.memory,
            optimizer=plan.optimizer.to_json(),
            schedule=None if plan.schedule is None else plan.schedule.to_json(),
            sampling=None if plan.sampled is None else plan.sampled.spec,
            scheme=plan.scheme_json(),
            loss=source.loss_name,
            accumulate=plan.optimizer.accumulate,
            precision=plan.precision.to_json(),
            statistics={
                "cut": COMPILER_CUT if self.dispatches else BACKEND_CUT,
                "ops": self.trainable.count_ops(),
                "dispatches": [dispatch.to_json() for dispatch in self.trainable.dispatches()],
                "saved": [saved.to_json() for saved in self.trainable.saved()],
            },
            allocates_on_queue=artifact.allocates_on_queue,
            producer=f"pock_mlir {__version__}",
        )


def _check_budget(planned: int, target: Target) -> None:
    if target.memory_bytes is not None and planned > target.memory_bytes:
        raise TargetError(
            f"a training step takes {planned} bytes, target '{target.name}' has {target.memory_bytes}; train less by "
            "the scheme, or take smaller batches"
        )


@dataclass(frozen=True)
class Compiled:
    """A compiled training step: the module, the parameters of model and loss, and what is known of both."""

    manifest: Manifest
    module: bytes = field(repr=False)
    parameters: Mapping[str, np.ndarray] = field(repr=False)
    """Every parameter and buffer by symbol, in the layout that the module stores; read from the model when needed."""
    memory_report: MemoryReport = field(repr=False)
    """What the step holds when: behind each pass that decides about memory, and as the backend has planned it."""
    seconds: Sequence[tuple[str, float]] = field(default=(), repr=False)
    """What the stages and passes of the compilation took, in their order."""
    verification: str = "off"
    """What was compared with the model in torch: "verified", "off", or "not verified: " and why."""

    @property
    def memory(self) -> MemoryPlan:
        """What a session will need on the device, in bytes, known without running."""
        return self.manifest.memory

    @property
    def trained(self) -> tuple[str, ...]:
        """The names of the model's parameters that training changes."""
        return self._trained(self.manifest.model_parameters)

    @property
    def loss_trained(self) -> tuple[str, ...]:
        """The names of the loss's own parameters that training changes."""
        return self._trained(self.manifest.loss_parameters)

    @staticmethod
    def _trained(specs: Sequence[ParameterSpec]) -> tuple[str, ...]:
        return tuple(each.name for spec in specs for each in (spec, *spec.views) if each.trained)

    def save(self, path: str | Path) -> Path:
        """Writes the bundle, a directory, whole or not at all; a bundle that is there is replaced.

        The parameters get the values that model and loss have now.
        """
        write_bundle(path, self.manifest, self.module, self.parameters, self.memory_report)
        return Path(path)


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


def explained(error: PassesFailed, source: Source, trained: Collection[str]) -> CompileError:
    """All that is in the way of a model, where it is ops that are not supported."""
    if error.pass_name not in ("convert-torch-to-pock", "pock-autodiff"):
        return error
    report = examine(source.module.operation.clone().operation, trained)
    return error if report.ok else UnsupportedOps(report)
