"""IREE's compiler in process: a session, run phase by phase, its diagnostics collected."""

from __future__ import annotations

import ctypes
import re
import threading
from collections.abc import Sequence
from typing import Any

from iree.compiler import ir
from iree.compiler.api import Invocation, Output, Session, ctypes_dl

from pock_mlir.errors import CompileError

_DIAGNOSTIC = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.POINTER(ctypes.c_char), ctypes.c_size_t, ctypes.c_void_p)
# file:line:column: message, up to the op that it is about.
_DIAGNOSTIC_TEXT = re.compile(r"\s*([^\n:]+):(\d+):\d+: (.+?)(?=: %|: \"|\n|$)")
_ERROR_SEVERITY = 2
_declared = threading.Lock()


def _library() -> Any:
    """IREE's C API, with the entry points that its Python wrapper leaves out."""
    library = ctypes_dl._dylib
    with _declared:
        for name in ("ireeCompilerInvocationSetCompileToPhase", "ireeCompilerInvocationSetCompileFromPhase"):
            function = getattr(library, name)
            function.argtypes, function.restype = [ctypes.c_void_p, ctypes.c_char_p], None
        enable = library.ireeCompilerInvocationEnableCallbackDiagnostics
        enable.argtypes, enable.restype = [ctypes.c_void_p, ctypes.c_int, _DIAGNOSTIC, ctypes.c_void_p], None
    return library


class IreeError(CompileError):
    """IREE does not compile a module: `reason` says why, `file` and `line` where in the user's code, if known."""

    def __init__(self, reason: str, file: str | None = None, line: int | None = None) -> None:
        super().__init__(f"IREE cannot compile the training step: {reason}")
        self.reason, self.file, self.line = reason, file, line

    @classmethod
    def of(cls, diagnostics: Sequence[str]) -> IreeError:
        """The error for what IREE reported: the first is the one, the others follow from it."""
        if not diagnostics:
            return cls("no reason given")
        match = _DIAGNOSTIC_TEXT.match(diagnostics[0])
        file, line, reason = match.groups() if match else (None, None, diagnostics[0].strip().splitlines()[0])
        error = cls(reason, file, int(line) if line else None)
        error.__cause__ = RuntimeError("\n".join(diagnostics))
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
        return self._run(module.operation, None, "preprocessing").export_module()

    def to_stream(self, module: ir.Module) -> ir.Operation:
        return self._run(module.operation, None, "stream").export_module()

    def to_vm_bytecode(self, module: ir.Operation) -> bytes:
        """From the stream phase to the end."""
        invocation = self._run(module, "stream", "end")
        output = Output.open_membuffer()
        invocation.output_vm_bytecode(output)
        data = bytes(output.map_memory())
        output.close()
        return data

    def _run(self, module: ir.Operation, first: str | None, last: str) -> Invocation:
        library = _library()
        invocation = self.session.invocation()
        errors: list[str] = []

        def record(severity: int, message: Any, size: int, _: Any) -> None:
            if severity >= _ERROR_SEVERITY:
                errors.append(ctypes.string_at(message, size).decode(errors="replace"))

        callback = _DIAGNOSTIC(record)
        library.ireeCompilerInvocationEnableCallbackDiagnostics(invocation._inv_p, 0, callback, None)
        invocation.import_module(module)
        if first is not None:
            library.ireeCompilerInvocationSetCompileFromPhase(invocation._inv_p, first.encode())
        library.ireeCompilerInvocationSetCompileToPhase(invocation._inv_p, last.encode())
        if not invocation.execute():
            raise IreeError.of(errors)
        # The invocation holds the raw pointer of the callback for its lifetime.
        invocation._pock_diagnostics = callback  # pyright: ignore[reportAttributeAccessIssue]
        return invocation
