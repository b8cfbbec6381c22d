"""The third stage: a step in upstream dialects, ready for a backend."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from torch_mlir import ir

from pock_mlir.backends import backend_for
from pock_mlir.backends.backend import Artifact, Program
from pock_mlir.bundle import MODULE_FILE, Manifest, ParameterSpec, Signature, StateSpec
from pock_mlir.compiler.clock import Clock
from pock_mlir.compiler.compiled import Compiled
from pock_mlir.compiler.internal_errors import backend_errors, internal_errors
from pock_mlir.compiler.parameters import StoredParameters
from pock_mlir.errors import TargetError
from pock_mlir.targets import Target, get_target
from pock_mlir.version import __version__

if TYPE_CHECKING:
    from pock_mlir.compiler.trainable import Trainable


@dataclass(frozen=True)
class Lowered:
    """A step in upstream dialects (`module`): what it is called with, and the parameters and states that it has."""

    trainable: Trainable = field(repr=False)
    module: ir.Operation = field(repr=False)
    signatures: tuple[Signature, ...]
    parameters: tuple[ParameterSpec, ...] = field(repr=False)
    state: tuple[StateSpec, ...] = field(repr=False)
    seconds: tuple[tuple[str, float], ...] = field(repr=False)

    @internal_errors()
    def compile(self, target: str | Target = "host") -> Compiled:
        """Makes machine code for a target. Raises TargetError and CompileError."""
        chosen = get_target(target) if isinstance(target, str) else target
        backend = backend_for(chosen.generator)
        program = Program(
            self.module,
            input_bytes={signature.function: signature.argument_bytes for signature in self.signatures},
            parameter_bytes=sum(spec.nbytes for spec in self.parameters),
            state_bytes=sum(spec.nbytes for spec in self.state),
        )
        clock = Clock(self.seconds)
        with clock.measure(backend.name), backend_errors(self.module):
            artifact = backend.compile(program, chosen)
        _check_budget(artifact.memory.planned_peak_bytes, chosen)
        with clock.measure("counting of ops and dispatches"):
            manifest = self._manifest(artifact)
        stored = StoredParameters(manifest, self.trainable.imported.source.values)
        return Compiled(manifest, artifact.files[MODULE_FILE], stored, tuple(clock.seconds))

    def _manifest(self, artifact: Artifact) -> Manifest:
        source, plan = self.trainable.imported.source, self.trainable.plan
        signatures = source.signatures
        return Manifest(
            input_style=signatures.input_style,
            signatures=self.signatures,
            output_style=signatures.output_style,
            parameters=tuple(dataclasses.replace(s, used=s.symbol in artifact.loaded) for s in self.parameters),
            state=self.state,
            target=artifact.requirements,
            memory=artifact.memory,
            optimizer=plan.optimizer.to_json(),
            schedule=None if plan.schedule is None else plan.schedule.to_json(),
            scheme=plan.scheme.to_json(),
            loss=source.loss_name,
            accumulate=plan.optimizer.accumulate,
            precision=plan.precision.to_json(),
            statistics={
                "ops": self.trainable.count_ops(),
                "dispatches": [dispatch.to_json() for dispatch in self.trainable.dispatches()],
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
