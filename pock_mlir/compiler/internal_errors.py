"""Defects of the compiler as one clear error: what failed, at which op, where in the user's model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch_mlir import ir

from pock_mlir.backends.backend import BackendError
from pock_mlir.errors import CompileError, PockError, listed
from pock_mlir.passes.machinery.diagnostics import location_name, source_position

REPORT = "this is a defect of pock_mlir, not of the model: please report it, with the model"


class InternalError(CompileError):
    """A defect of the compiler; the exception that showed it is chained."""

    def __init__(self, what: str) -> None:
        super().__init__(f"internal error: {what}; {REPORT}")


@contextmanager
def internal_errors() -> Iterator[None]:
    """Turns every exception that is not for the user into an InternalError. What is known of the place stands in the
    exception's notes (`passes.diagnostics.blamed`).
    """
    try:
        yield
    except PockError:
        raise
    except Exception as error:
        raise InternalError(", ".join([_describe(error), *getattr(error, "__notes__", ())])) from error


@contextmanager
def backend_errors(module: ir.Operation) -> Iterator[None]:
    """Adds to a backend's errors the modules of the user's model that the line is from: it knows only the line.

    `module` is what was handed over.
    """
    try:
        yield
    except BackendError as error:
        names = _modules_at(module, error.file, error.line)
        places = [f"in module {listed(names)}" if names else "", f"at {error.file}:{error.line}" if error.file else ""]
        where = " ".join(filter(None, places))
        raise InternalError(f"{error} ({where})" if where else str(error)) from error


def _modules_at(module: ir.Operation, file: str | None, line: int | None) -> list[str]:
    """The names that the ops from a line of the user's code carry, in the order of the program."""
    names: dict[str, None] = {}

    def visit(op: ir.Operation) -> ir.WalkResult:
        position, name = source_position(op.location), location_name(op.location)
        if name and position and (position.file, position.line) == (file, line):
            names[name] = None
        return ir.WalkResult.ADVANCE

    module.walk(visit)
    return list(names)


def _describe(error: Exception) -> str:
    """The type of an exception and its message, as one line."""
    diagnostics = getattr(error, "error_diagnostics", ())
    text = diagnostics[0].message if diagnostics else str(error)
    lines = text.strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
