"""Diagnostics of MLIR as plain data, which outlives the context that emitted them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from torch_mlir import ir


@dataclass(frozen=True)
class SourcePosition:
    """A place in a source file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Diagnostic:
    """An error, warning, remark or note.

    `position` is None where the location names no file, `name` where it has no name (of a module in the user's model,
    for imported programs).
    """

    severity: str
    message: str
    location: str
    position: SourcePosition | None = None
    notes: tuple[Diagnostic, ...] = ()
    name: str | None = None

    @classmethod
    def from_mlir(cls, diagnostic: ir.Diagnostic | ir.DiagnosticInfo) -> Diagnostic:
        """Copies a diagnostic out of MLIR."""
        position = source_position(diagnostic.location)
        return cls(
            severity=diagnostic.severity.name.lower(),
            message=diagnostic.message,
            location=str(position) if position else _location_text(diagnostic.location),
            position=position,
            notes=tuple(cls.from_mlir(note) for note in diagnostic.notes),
            name=location_name(diagnostic.location),
        )

    def __str__(self) -> str:
        lines = [f"{self.location}: {self.severity}: {self.message}"]
        return "\n".join(lines + [str(note) for note in self.notes])

    def walk(self) -> Iterator[Diagnostic]:
        """Yields the diagnostic and then its notes."""
        yield self
        for note in self.notes:
            yield from note.walk()


def source_position(location: ir.Location) -> SourcePosition | None:
    """Returns the first place in a file that a location names; of a call, the place of the callee first."""
    # Diagnostics hand out locations of the base class; the attribute knows which class it is.
    location = ir.Location.from_attr(location.attr, location.context)
    if isinstance(location, ir.FileLineColLoc):
        return SourcePosition(str(location.filename), location.start_line, location.start_col)
    for child in _child_locations(location):
        position = source_position(child)
        if position is not None:
            return position
    return None


def location_name(location: ir.Location) -> str | None:
    """Returns the outermost name that a location carries."""
    location = ir.Location.from_attr(location.attr, location.context)
    if isinstance(location, ir.NameLoc):
        return str(location.name_str)
    return next((name for name in map(location_name, _child_locations(location)) if name is not None), None)


def _child_locations(location: ir.Location) -> list[ir.Location]:
    if isinstance(location, ir.NameLoc):
        return [location.child_loc]
    if isinstance(location, ir.CallSiteLoc):
        return [location.callee, location.caller]
    if isinstance(location, ir.FusedLoc):
        return list(location.locations)
    return []


def _location_text(location: ir.Location) -> str:
    return str(location).removeprefix("loc(").removesuffix(")")


def place_text(name: str | None, position: SourcePosition | None) -> str:
    """Where an op stands in the user's model: "in module 'encoder.0' at model.py:12"; empty where nothing is known."""
    places = [f"in module '{name}'" if name else "", f"at {position.file}:{position.line}" if position else ""]
    return " ".join(filter(None, places))


@contextmanager
def blamed(operation: ir.Operation, name: str | None = None) -> Iterator[None]:
    """Notes on every exception that the op (called `name`, if given) was being worked on, and where it stands."""
    try:
        yield
    except Exception as error:
        where = place_text(location_name(operation.location), source_position(operation.location))
        error.add_note(f"at '{name or operation.name}' op" + (f" ({where})" if where else ""))
        raise
