"""The textual form of pass pipelines: `pass-a,pass-b{option=1},func.func(pass-c)`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pock_mlir.passes.machinery.options import ends_quote

_NAME = re.compile(r"[\w.\-]+")
_BLANKS = re.compile(r"\s*")
_CLOSING = {"{": "}", "(": ")", "[": "]"}


class PipelineError(ValueError):
    """A pipeline that cannot be built; the message shows the place in its text."""


@dataclass(frozen=True)
class PipelineSource:
    """The text of a pipeline, kept to point at the place of an error."""

    text: str

    def error(self, offset: int, message: str) -> PipelineError:
        """Builds an error in the style of MLIR: line, column, message, the line and a caret."""
        line_start = self.text.rfind("\n", 0, offset) + 1
        line_number = self.text.count("\n", 0, offset) + 1
        column = offset - line_start
        line = self.text[line_start:].partition("\n")[0]
        place = f"MLIR Textual PassPipeline Parser:{line_number}:{column + 1}"
        return PipelineError(f"{place}: error: {message}\n{line}\n{' ' * column}^")


@dataclass(frozen=True)
class Element:
    """One element of a pipeline: a pass or pipeline with its options, or an anchor with a nested pipeline.

    `options` is the text between the braces, None without braces; `nested` is None without parentheses.
    """

    source: PipelineSource
    offset: int
    name: str
    options: str | None
    options_offset: int
    nested: tuple[Element, ...] | None

    @property
    def text(self) -> str:
        """The element as written, without a nested pipeline."""
        return self.name if self.options is None else f"{self.name}{{{self.options}}}"

    def error(self, message: str) -> PipelineError:
        """Builds an error that points at this element."""
        return self.source.error(self.offset, message)

    def options_error(self, message: str) -> PipelineError:
        """Builds an error that points at the options of this element."""
        return self.source.error(self.options_offset, message)


def parse_pipeline(text: str) -> tuple[Element, ...]:
    """Parses a comma-separated list of elements; raises PipelineError."""
    return _Parser(text).parse()


class _Parser:
    """A recursive-descent parser over the text of a pipeline."""

    def __init__(self, text: str) -> None:
        self.source = PipelineSource(text)
        self.text = text
        self.offset = 0

    def parse(self) -> tuple[Element, ...]:
        self._skip_blanks()
        if self.offset == len(self.text):
            return ()
        elements = self._elements()
        if self.offset < len(self.text):
            raise self._error("expected ',' after parsing pipeline")
        return elements

    def _elements(self) -> tuple[Element, ...]:
        elements = [self._element()]
        while self._accept(","):
            elements.append(self._element())
        return tuple(elements)

    def _element(self) -> Element:
        self._skip_blanks()
        match = _NAME.match(self.text, self.offset)
        if match is None:
            raise self._error("expected the name of a pass, of a pipeline or of an operation")
        start, self.offset = self.offset, match.end()
        self._skip_blanks()
        options_offset = self.offset
        options = self._options()
        nested = self._nested()
        return Element(self.source, start, match.group(), options, options_offset, nested)

    def _options(self) -> str | None:
        if not self._peek("{"):
            return None
        start = self.offset
        self.offset = self._find_closing(start)
        options = self.text[start + 1 : self.offset - 1]
        self._skip_blanks()
        return options.strip()

    def _nested(self) -> tuple[Element, ...] | None:
        start = self.offset
        if not self._accept("("):
            return None
        self._skip_blanks()
        elements = () if self._peek(")") else self._elements()
        if not self._accept(")"):
            raise self.source.error(start, "missing closing ')' of a nested pipeline")
        return elements

    def _find_closing(self, start: int) -> int:
        """Returns the offset behind the bracket that closes the one at `start`."""
        expected, quote = [], ""
        for offset in range(start, len(self.text)):
            char = self.text[offset]
            if quote:
                quote = "" if ends_quote(self.text, offset, quote) else quote
            elif char in "'\"":
                quote = char
            elif char in _CLOSING:
                expected.append(_CLOSING[char])
            elif char == expected[-1]:
                expected.pop()
                if not expected:
                    return offset + 1
        raise self.source.error(start, "missing closing '}' while processing pass options")

    def _peek(self, char: str) -> bool:
        return self.text.startswith(char, self.offset)

    def _accept(self, char: str) -> bool:
        if not self._peek(char):
            return False
        self.offset += 1
        self._skip_blanks()
        return True

    def _skip_blanks(self) -> None:
        match = _BLANKS.match(self.text, self.offset)
        assert match is not None
        self.offset = match.end()

    def _error(self, message: str) -> PipelineError:
        return self.source.error(self.offset, message)
