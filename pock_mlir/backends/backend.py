"""What a backend is to the compiler: a lowered step and a target in, files and what is known of them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from torch_mlir import ir

from pock_mlir.bundle import MemoryPlan, TargetSpec, Timeline
from pock_mlir.errors import CompileError
from pock_mlir.targets import Target


@dataclass(frozen=True)
class Program:
    """A lowered step, in upstream dialects and `ml_program`, and what a memory plan needs besides, in bytes.

    `input_bytes`: what the caller's arrays take, by function; `parameter_bytes` and `state_bytes`: what parameters and
    optimizer state take.
    """

    module: ir.Operation
    input_bytes: Mapping[str, int]
    parameter_bytes: int
    state_bytes: int


@dataclass(frozen=True)
class Artifact:
    """What a backend makes of a program: `files` of a bundle by name, the plan of their memory, what each function
    holds when by that plan (`timelines`), and what the code needs of a machine.

    `loaded` are the parameters and states that the code reads, by symbol; `allocates_on_queue` says that transients
    come from a pool that keeps no statistics.
    """

    files: Mapping[str, bytes]
    memory: MemoryPlan
    timelines: tuple[Timeline, ...]
    requirements: TargetSpec
    loaded: frozenset[str]
    allocates_on_queue: bool


class Backend(Protocol):
    """The compiling half of a backend, the object `BACKEND` of its package `compiler`."""

    name: str
    """What it is called in messages and in tables of times."""

    def resolve(self, target: Target) -> TargetSpec:
        """What code for the target will need of a machine. Raises TargetError where that is not known."""
        ...

    def compile(self, program: Program, target: Target) -> Artifact:
        """Compiles a program, which it leaves as it is. Raises BackendError and TargetError."""
        ...


class BackendError(CompileError):
    """A backend does not compile a program: `reason` says why, `file` and `line` where in the user's code, if known."""

    def __init__(self, message: str, reason: str, file: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.reason, self.file, self.line = reason, file, line
