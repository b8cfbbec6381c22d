"""Passes as calls: names with options as values. A pipeline of them runs as it is, and is written as text to be read,
and to be run by `pock-opt`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pock_mlir.passes.machinery.options import option_text


@dataclass(frozen=True)
class PassCall:
    """A pass or a named pipeline with its options, by the names of the function's parameters; None: the default."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        options = [
            f"{name.replace('_', '-')}={option_text(value)}"
            for name, value in self.options.items()
            if value is not None
        ]
        return f"{self.name}{{{' '.join(options)}}}" if options else self.name


Pipeline = Sequence[PassCall]


def call(name: str, /, **options: Any) -> PassCall:
    """A call of the pass or pipeline `name`."""
    return PassCall(name, options)


def calls(*names: str) -> list[PassCall]:
    """Calls without options."""
    return [PassCall(name) for name in names]


def pipeline_text(pipeline: Iterable[PassCall]) -> str:
    """How a pipeline is written."""
    return ",".join(map(str, pipeline))
