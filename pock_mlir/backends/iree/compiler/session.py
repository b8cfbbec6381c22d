"""IREE's compiler in process: a session, run phase by phase, its diagnostics collected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from iree.compiler import ir
from iree.compiler.api import Invocation, Output, Session

from pock_mlir.backends.backend import BackendError
from pock_mlir.backends.iree.compiler.transient_packing import pack_transients
from pock_mlir.compat.iree_compiler import PLACE_COMMANDS, SCHEDULE_COMMANDS, compile_from_phase, compile_to_phase


@dataclass(frozen=True)
class Reported:
    """An error that IREE reported, and where in the user's code, if known."""

    message: str
    file: str | None = None
    line: int | None = None

    @classmethod
    def of(cls, diagnostic: ir.Diagnostic) -> Reported:
        place = _place(diagnostic.location)
        return cls(diagnostic.message, *(place or (None, None)))

    @property
    def reason(self) -> str:
        """The message without what follows the first line, and without the op, which some messages end in."""
        line = self.message.strip().partition("\n")[0]
        return line.partition(": %")[0].partition(': "')[0]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.file else self.message


def _place(location: ir.Location) -> tuple[str, int] | None:
    """The first file and line that a location names; of a call, those of the callee first."""
    location = ir.Location.from_attr(location.attr, location.context)
    if isinstance(location, ir.FileLineColLoc):
        return str(location.filename), location.start_line
    if isinstance(location, ir.NameLoc):
        return _place(location.child_loc)
    if isinstance(location, ir.CallSiteLoc):
        return _place(location.callee) or _place(location.caller)
    if isinstance(location, ir.FusedLoc):
        return next(filter(None, map(_place, location.locations)), None)
    return None


def _error(diagnostics: Sequence[Reported]) -> BackendError:
    """The error for what IREE reported: the first is the one, the others follow from it."""
    first = diagnostics[0] if diagnostics else Reported("no reason given")
    message = f"IREE cannot compile the training step: {first.reason}"
    error = BackendError(message, first.reason, first.file, first.line)
    error.__cause__ = RuntimeError("\n".join(map(str, diagnostics))) if diagnostics else None
    return error


class IreeCompiler:
    """Compiles one module: `to_stream` up to the phase in which all memory is planned, then `to_vm_bytecode`."""

    def __init__(self, flags: Sequence[str]) -> None:
        self.session = Session()
        self.session.set_flags(*flags)

    @property
    def context(self) -> ir.Context:
        return self.session.context

    def to_device(self, module: ir.Module) -> ir.Operation:
        """Up to where the module names the device that it is compiled for, in full."""
        return self._run(module.operation, _phases(None, "preprocessing")).export_module()

    def to_stream(self, module: ir.Module) -> ir.Operation:
        """Through the stream phase, in which we place the transients."""
        flow = self._run(module.operation, _phases(None, "flow")).export_module()
        scheduled = self._run(flow, _passes(SCHEDULE_COMMANDS)).export_module()
        pack_transients(scheduled)
        return self._run(scheduled, _passes(PLACE_COMMANDS)).export_module()

    def to_vm_bytecode(self, module: ir.Operation) -> bytes:
        """From the stream phase to the end."""
        invocation = self._run(module, _phases("stream", "end"))
        output = Output.open_membuffer()
        invocation.output_vm_bytecode(output)
        data = bytes(output.map_memory())
        output.close()
        return data

    def _run(self, module: ir.Operation, execute: Callable[[Invocation], bool]) -> Invocation:
        invocation = self.session.invocation()
        errors: list[Reported] = []

        def record(diagnostic: ir.Diagnostic) -> bool:
            if diagnostic.severity == ir.DiagnosticSeverity.ERROR:
                errors.append(Reported.of(diagnostic))
            return True

        with self.context.attach_diagnostic_handler(record):
            invocation.import_module(module)
            succeeded = execute(invocation)
        if not succeeded:
            raise _error(errors)
        return invocation


def _phases(first: str | None, last: str) -> Callable[[Invocation], bool]:
    def execute(invocation: Invocation) -> bool:
        if first is not None:
            compile_from_phase(invocation, first)
        compile_to_phase(invocation, last)
        return invocation.execute()

    return execute


def _passes(pipeline: str) -> Callable[[Invocation], bool]:
    return lambda invocation: invocation.execute_text_pass_pipeline(pipeline)
