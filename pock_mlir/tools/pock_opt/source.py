"""The input of pock-opt: a file or standard input, whole or in parts."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from torch_mlir import ir

from pock_mlir.errors import PockError
from pock_mlir.text import decode
from pock_mlir.tools.pock_opt.options import PROGRAM, UsageError

STDIN = "<stdin>"
_SEPARATOR = re.compile(r"^// -----.*\n?", re.MULTILINE)
_BYTECODE_MAGIC = b"ML\xefR"


@dataclass(frozen=True)
class Source:
    """An input or one part of it; `first_line` counts the lines of the input before it."""

    name: str
    content: str | bytes
    first_line: int = 0
    whole_file: bool = False

    @property
    def lines(self) -> list[str]:
        """The lines of a text; bytecode has none."""
        return self.content.split("\n") if isinstance(self.content, str) else []

    def line(self, number: int) -> str | None:
        """The line of the input with a number that counts from 1, if it belongs to this part."""
        index = number - 1 - self.first_line
        lines = self.lines
        return lines[index] if 0 <= index < len(lines) else None

    def split(self) -> Iterator[Source]:
        """Yields the parts between lines that start with `// -----`."""
        if isinstance(self.content, bytes):
            yield self
            return
        start = 0
        for end, next_start in [*(match.span() for match in _SEPARATOR.finditer(self.content)), (len(self.content), 0)]:
            yield Source(self.name, self.content[start:end], self.content.count("\n", 0, start))
            start = next_start

    def parse(self) -> ir.Module:
        """Parses the source in the current context; locations are those of the whole input."""
        if self.whole_file:
            return ir.Module.parseFile(self.name)
        if isinstance(self.content, bytes):
            return ir.Module.parse(self.content)
        return ir.Module.parse("\n" * self.first_line + self.content)


def read_source(path: str) -> Source:
    """Reads the input; raises OSError, and UsageError for what is neither bytecode nor text."""
    data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    name = STDIN if path == "-" else path
    if data.startswith(_BYTECODE_MAGIC):
        return Source(name, data)
    try:
        return Source(name, decode(data, name, PockError), whole_file=path != "-")
    except PockError as error:
        raise UsageError(f"{PROGRAM}: {error}") from None
