"""Rules: what training changes of the parameters that a pattern matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pock_mlir.contract import FROZEN, FULL, SLICE
from pock_mlir.errors import SchemeError
from pock_mlir.fields import MAY_LACK, NOT_IN_FILES, UNWRITTEN_NONE, Must, WholeNumber, check_fields, one_of
from pock_mlir.schemes.choices import CHOICES, FIRST, RANDOM
from pock_mlir.schemes.selectors import Selector

BIAS, NORM, WEIGHT = "bias", "norm", "weight"
UPDATES = (FULL, FROZEN, BIAS, SLICE)
ONLY = (WEIGHT, BIAS, NORM)
OUTPUT, INPUT = "output", "input"

Ratio = Annotated[float, Must("a number above 0, at most 1", lambda ratio: 0 < ratio <= 1)]
Index = Annotated[int, Must("an integer of at least 0", lambda index: index >= 0, "integers of at least 0")]
_OPTIONAL: dict[str, Any] = MAY_LACK | UNWRITTEN_NONE


@dataclass(frozen=True)
class Rule:
    """Parameters whose names match the pattern `match` (as in a shell: *, ?, [...]) are updated as `update` says.

    `update`: "full", "frozen", "bias" (the biases among them in full; nothing is said of the others), or "slice": the
    channels `of` the "output" (the default) or the "input" of their module that are given by `indices`, or are the
    share `ratio` of all, chosen as `choose` says: the "first" (the default), those of the largest weights
    ("magnitude"), those of the largest gradients on a calibration set ("gradient"), or at "random" from `seed`
    (default 0). Of the groups of a convolution each has its own input channels; a slice takes the same of each.

    Three keys narrow what is matched: `blocks` and `layers` select by number in the model ("last:4", "every:2", "3-7",
    "0,last:2"; for blocks "head", too, what follows the last), `only` the "weight" of convolutions and linear
    layers, the "bias", or the parameters of normalisations ("norm").

    A parameter's name in full means that parameter alone, whatever characters it has; a tied parameter has several
    names. A pattern that begins with "loss:" is on the names of the loss's own parameters ("loss:log_vars"), any other
    on the model's. Raises SchemeError.
    """

    match: str
    update: str = field(default=FULL, metadata=MAY_LACK)
    of: Annotated[str, one_of((OUTPUT, INPUT))] | None = field(default=None, metadata=_OPTIONAL)
    ratio: Ratio | None = field(default=None, metadata=_OPTIONAL)
    indices: Sequence[Index] | None = field(default=None, metadata=_OPTIONAL)
    choose: Annotated[str, one_of(CHOICES)] | None = field(default=None, metadata=_OPTIONAL)
    seed: WholeNumber | None = field(default=None, metadata=_OPTIONAL)
    blocks: str | None = field(default=None, metadata=_OPTIONAL)
    layers: str | None = field(default=None, metadata=_OPTIONAL)
    only: Annotated[str, one_of(ONLY)] | None = field(default=None, metadata=_OPTIONAL)
    place: str = field(default="", compare=False, repr=False, metadata=MAY_LACK | NOT_IN_FILES)
    """Where the rule stands: the file and the line, for errors."""

    def __post_init__(self) -> None:
        if not isinstance(self.match, str):
            raise SchemeError(f"a scheme rule's pattern must be a string, got {type(self.match).__name__}")
        if self.update not in UPDATES:
            raise SchemeError(
                f"scheme rule '{self.match}': unknown update '{self.update}'; the updates are {', '.join(UPDATES)}"
            )
        try:
            check_fields(self, SchemeError)
            for text, of in ((self.blocks, "blocks"), (self.layers, "layers")):
                if text is not None:
                    Selector(text, of)
        except SchemeError as error:
            raise SchemeError(f"scheme rule '{self.match}': {str(error).removeprefix('Rule: ')}") from None
        problem = self._slice_problem() if self.update == SLICE else self._other_problem()
        if problem:
            raise SchemeError(f"scheme rule '{self.match}': {problem}")

    def _slice_problem(self) -> str | None:
        """What is wrong with a slice; else its defaults are filled in."""
        if (self.ratio is None) == (self.indices is None):
            return "a slice needs either a ratio, such as 0.25, or indices"
        if self.indices is not None:
            if self.choose is not None:
                return "a slice by indices has no choose"
            if not self.indices or len(set(self.indices)) < len(self.indices):
                return "the indices must be at least one channel, none twice"
            object.__setattr__(self, "indices", tuple(sorted(self.indices)))
        elif self.choose is None:
            object.__setattr__(self, "choose", FIRST)
        if self.seed is not None and self.choose != RANDOM:
            return f"a seed is for choose '{RANDOM}' only"
        if self.seed is None and self.choose == RANDOM:
            object.__setattr__(self, "seed", 0)
        if self.of is None:
            object.__setattr__(self, "of", OUTPUT)
        return None

    def _other_problem(self) -> str | None:
        for name in ("of", "ratio", "indices", "choose", "seed"):
            if getattr(self, name) is not None:
                return f"'{name}' is for update '{SLICE}' only"
        if self.update == BIAS and self.only not in (None, BIAS):
            return f"update '{BIAS}' and only '{self.only}' leave nothing"
        return None

    @property
    def trains(self) -> bool:
        return self.update != FROZEN

    @property
    def selection(self) -> tuple[Any, ...]:
        """What a slice takes of a parameter: of rules where this is the same each gives the same channels."""
        return self.of, self.ratio, self.indices, self.choose, self.seed

    @property
    def shown(self) -> str:
        """The rule as errors name it: its pattern, and what narrows that."""
        narrowed = [f"{name} '{value}'" for name in ("blocks", "layers") if (value := getattr(self, name)) is not None]
        only = BIAS if self.update == BIAS else self.only
        narrowed += [f"only '{only}'"] if only else []
        return f"the pattern '{self.match}'" + (f" with {', '.join(narrowed)}" if narrowed else "")
