"""Selectors: which of a model's blocks, or of its layers, a rule is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pock_mlir.errors import SchemeError

HEAD = "head"
_TERM = re.compile(r"(?P<word>first|last|every):(?P<count>\d+)|(?P<start>\d+)(-(?P<stop>\d+))?|head", re.ASCII)
GRAMMAR = "last:K, first:K, every:N, A, A-B or head, or several with commas between"


@dataclass(frozen=True)
class Selector:
    """Numbers of blocks or layers, from a text such as "last:4", "first:2", "every:2", "3", "3-7", "head", "0,last:2".

    Numbers begin at 0 and A-B holds both; "every:2" is every second one: 1, 3, 5, ...; "head" is what follows the last
    block, which layers have not. Raises SchemeError.
    """

    text: str
    of: str
    """What is numbered: "blocks" or "layers"."""

    def __post_init__(self) -> None:
        for term in self._terms:
            match = _TERM.fullmatch(term)
            if match is None or (term == HEAD and self.of != "blocks"):
                raise SchemeError(f"'{term}' selects no {self.of}; expected {GRAMMAR}")
            if match["count"] is not None and int(match["count"]) < 1:
                raise SchemeError(f"'{term}' selects no {self.of}: the number must be at least 1")
            if match["stop"] is not None and int(match["stop"]) < int(match["start"]):
                raise SchemeError(f"'{term}' selects no {self.of}: it ends before it begins")

    @property
    def _terms(self) -> list[str]:
        return [term.strip() for term in self.text.split(",")]

    @property
    def has_head(self) -> bool:
        return HEAD in self._terms

    def numbers(self, count: int) -> frozenset[int]:
        """The numbers out of `count` blocks or layers. Raises SchemeError for one that there is not."""
        chosen: set[int] = set()
        for term in self._terms:
            match = _TERM.fullmatch(term)
            assert match is not None
            if term == HEAD:
                continue
            word, number = match["word"], int(match["count"] or 0)
            first = int(match["start"] or 0)
            last = int(match["stop"] or first)
            if number > count or last >= count:
                raise SchemeError(f"'{term}' goes beyond the model's {self.of}: it has {count}")
            chosen |= set(
                {
                    "first": range(number),
                    "last": range(count - number, count),
                    "every": range(number - 1, count, max(number, 1)),
                }.get(word, range(first, last + 1))
            )
        return frozenset(chosen)
