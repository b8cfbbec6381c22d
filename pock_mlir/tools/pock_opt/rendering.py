"""Diagnostics as shown to the user: position, message, source line and caret."""

from __future__ import annotations

import linecache
from collections.abc import Iterator

from pock_mlir.passes.machinery.diagnostics import Diagnostic, SourcePosition
from pock_mlir.tools.pock_opt.source import Source

_PARSED_STRING = "-"


def position_in(source: Source, position: SourcePosition) -> SourcePosition:
    """Gives a position in a parsed string the name of its source, which MLIR was not told."""
    if position.file != _PARSED_STRING:
        return position
    return SourcePosition(source.name, position.line, position.column)


def render(diagnostic: Diagnostic, source: Source) -> str:
    """Renders a diagnostic and its notes."""
    return "\n".join(line for part in diagnostic.walk() for line in _render_one(part, source))


def _render_one(diagnostic: Diagnostic, source: Source) -> Iterator[str]:
    if diagnostic.position is None:
        yield f"<unknown>:0: {diagnostic.severity}: {diagnostic.message}"
        return
    position = position_in(source, diagnostic.position)
    yield f"{position}: {diagnostic.severity}: {diagnostic.message}"
    line = _source_line(source, position)
    if line is not None:
        yield line
        # Tabs before the caret keep it below its column.
        yield "".join("\t" if char == "\t" else " " for char in line[: position.column - 1]) + "^"


def _source_line(source: Source, position: SourcePosition) -> str | None:
    """The line of a position in the input or in another file, such as the model that was imported."""
    if position.line == 0 or position.column == 0:
        return None
    if position.file == source.name:
        return source.line(position.line)
    return linecache.getline(position.file, position.line).rstrip("\n") or None
