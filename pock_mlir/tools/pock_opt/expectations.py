"""`--verify-diagnostics`: the comments that state which diagnostics an input must produce.

    // expected-error @+1 {{message}}        also -warning, -remark, -note
    // expected-error-re @below {{size {{[0-9]+}} is odd}}

The line is this one, `@+N` or `@-N` lines away, `@above` or `@below` (skipping lines with such comments), or
`@unknown` for a diagnostic without a place in a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pock_mlir.passes.machinery.diagnostics import Diagnostic, SourcePosition
from pock_mlir.tools.pock_opt.options import UsageError
from pock_mlir.tools.pock_opt.rendering import render
from pock_mlir.tools.pock_opt.source import Source

_EXPECTATION = re.compile(
    r"//\s*expected-(?P<severity>error|warning|note|remark)(?P<regex>-re)?\s*"
    r"(?:@(?P<place>[+-]\d+|above|below|unknown))?\s*\{\{(?P<text>.*)\}\}\s*$"
)
_EMBEDDED_REGEX = re.compile(r"\{\{(.*?)\}\}")
# MLIR attaches this note to verification errors when no one checks diagnostics.
_OPERATION_NOTE = "see current operation: "


@dataclass
class Expectation:
    """A diagnostic that the input announces; `line` is None for one without a place in a file."""

    severity: str
    line: int | None
    text: str
    pattern: re.Pattern[str]
    written_at: SourcePosition
    seen: bool = False

    def matches(self, diagnostic: Diagnostic) -> bool:
        """Tells whether a diagnostic is the announced one."""
        line = diagnostic.position.line if diagnostic.position else None
        same_place = (diagnostic.severity, line) == (self.severity, self.line)
        return same_place and self.pattern.search(diagnostic.message) is not None


def check_diagnostics(source: Source, diagnostics: Iterable[Diagnostic]) -> list[str]:
    """Returns a message for each diagnostic that was not announced or was announced and not produced."""
    expectations = _expectations(source)
    problems = []
    for diagnostic in (part for whole in diagnostics for part in whole.walk()):
        expectation = next((e for e in expectations if not e.seen and e.matches(diagnostic)), None)
        if expectation is not None:
            expectation.seen = True
        elif not (diagnostic.severity == "note" and diagnostic.message.startswith(_OPERATION_NOTE)):
            problems.append(_unexpected(diagnostic, source))
    return problems + [_missing(e) for e in expectations if not e.seen]


def _expectations(source: Source) -> list[Expectation]:
    matches = [_EXPECTATION.search(line) for line in source.lines]
    expectations = []
    for index, match in enumerate(matches):
        if match is None:
            continue
        number = source.first_line + index + 1
        line = _expected_line(match["place"], index, [m is not None for m in matches])
        written_at = SourcePosition(source.name, number, match.start() + 1)
        pattern = _pattern(match["text"], written_at) if match["regex"] else re.compile(re.escape(match["text"]))
        line = None if line is None else source.first_line + line + 1
        expectations.append(Expectation(match["severity"], line, match["text"], pattern, written_at))
    return expectations


def _expected_line(place: str | None, index: int, designators: list[bool]) -> int | None:
    """The index of the line that a comment at `index` talks about."""
    if place == "unknown":
        return None
    if place in ("above", "below"):
        step = -1 if place == "above" else 1
        index += step
        while 0 <= index < len(designators) and designators[index]:
            index += step
        return index
    return index + int(place or 0)


def _pattern(text: str, written_at: SourcePosition) -> re.Pattern[str]:
    """The pattern of a text in which double braces enclose regular expressions."""
    parts = _EMBEDDED_REGEX.split(text)
    try:
        return re.compile("".join(part if i % 2 else re.escape(part) for i, part in enumerate(parts)))
    except re.error as error:
        raise UsageError(f'{written_at}: error: invalid regular expression in "{text}": {error}') from None


def _unexpected(diagnostic: Diagnostic, source: Source) -> str:
    message = f"unexpected {diagnostic.severity}: {diagnostic.message}"
    alone = Diagnostic("error", message, diagnostic.location, diagnostic.position)
    return render(alone, source)


def _missing(expectation: Expectation) -> str:
    return f'{expectation.written_at}: error: expected {expectation.severity} "{expectation.text}" was not produced'
