"""What a function holds in memory while it runs, dispatch by dispatch, as data (docs/bundle.md)."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any

from pock_mlir.errors import BundleError
from pock_mlir.fields import MAY_LACK, UNWRITTEN_NONE, FieldError, Size, WholeNumber, one_of, read_record, write_record
from pock_mlir.origins import Origin

SAVED: str = "saved"
GRADIENT: str = "gradient"
TRANSIENT: str = "transient"
CATEGORIES = (SAVED, GRADIENT, TRANSIENT)


@dataclass(frozen=True)
class Held:
    """A value in memory: `first` is the dispatch that makes it, `last` the last one that uses it, both included.

    `category`: `SAVED` for what the forward part makes and is used after the loss is there, `GRADIENT` for the gradient
    of a parameter, `TRANSIENT` for all else. `type` is shape and element type: "32x128xf32".
    """

    bytes: Size
    category: Annotated[str, one_of(CATEGORIES)]
    type: str
    first: WholeNumber
    last: WholeNumber


@dataclass(frozen=True)
class Timeline:
    """What a function holds besides parameters, states, arguments and results.

    `ran`: the dispatches in order, by their places in `origins`. `loss_at` is the dispatch with which the loss is
    there, the end of the forward part: None where a function has none. `allocated_bytes` is what the backend takes from
    the device for all of this, which exceeds the peak by gaps in the packing, and `io_bytes` what arguments and results
    take: None where no backend has planned yet.
    `stage` says of what this is the timeline: the name of the pass behind which the program was looked at, or of the
    backend.
    """

    stage: str
    function: str
    origins: tuple[Origin, ...]
    ran: tuple[WholeNumber, ...]
    held: tuple[Held, ...]
    loss_at: WholeNumber | None = field(default=None, metadata=UNWRITTEN_NONE)
    allocated_bytes: Size | None = field(default=None, metadata=UNWRITTEN_NONE)
    io_bytes: Size | None = field(default=None, metadata=UNWRITTEN_NONE)

    @staticmethod
    def of(
        stage: str,
        function: str,
        ran: Sequence[Origin],
        held: Sequence[Held],
        loss_at: int | None,
    ) -> Timeline:
        """From the origin of each dispatch."""
        index = {origin: place for place, origin in enumerate(dict.fromkeys(ran))}
        places = tuple(index[origin] for origin in ran)
        return Timeline(stage, function, tuple(index), places, tuple(held), loss_at)

    def origin(self, dispatch: int) -> Origin:
        return self.origins[self.ran[dispatch]]

    @cached_property
    def live(self) -> Mapping[str, tuple[int, ...]]:
        """The bytes that are held while each dispatch runs, by category."""
        changes = {category: [0] * (len(self.ran) + 1) for category in CATEGORIES}
        for value in self.held:
            changes[value.category][value.first] += value.bytes
            changes[value.category][value.last + 1] -= value.bytes
        return {category: tuple(itertools.accumulate(change[:-1])) for category, change in changes.items()}

    @cached_property
    def total(self) -> tuple[int, ...]:
        """The bytes that are held while each dispatch runs."""
        return tuple(map(sum, zip(*self.live.values(), strict=True)))

    @property
    def peak_bytes(self) -> int:
        """What is held at the worst moment."""
        return max(self.total, default=0)

    @property
    def peak_index(self) -> int | None:
        """The dispatch that runs at the worst moment, the first of several; None where nothing runs."""
        return self.total.index(self.peak_bytes) if self.total else None

    @property
    def saved_bytes(self) -> int:
        """What is held from the forward part to the backward part."""
        return sum(value.bytes for value in self.held if value.category == SAVED)

    def at(self, dispatch: int) -> list[Held]:
        """What is held while a dispatch runs, the largest first."""
        held = [value for value in self.held if value.first <= dispatch <= value.last]
        return sorted(held, key=lambda value: (-value.bytes, value.first))

    @cached_property
    def peak_at(self) -> PeakAt | None:
        """Where the worst moment is; None where nothing runs."""
        index = self.peak_index
        return None if index is None else PeakAt(self.function, index, len(self.ran), self.origin(index))


@dataclass(frozen=True)
class PeakAt:
    """Where a function needs most memory: while `dispatch`, counted from 0, of `dispatches` runs, which is `origin`."""

    function: str
    dispatch: WholeNumber
    dispatches: WholeNumber
    origin: Origin

    def __str__(self) -> str:
        return f"{self.origin} (dispatch {self.dispatch + 1} of {self.dispatches} of {self.function})"


def category_of(first: int, last: int, loss_at: int | None, *, is_gradient: bool) -> str:
    """The category of a value that is held from dispatch `first` to `last`."""
    if loss_at is not None and first <= loss_at < last:
        return SAVED
    return GRADIENT if is_gradient else TRANSIENT


@dataclass(frozen=True)
class MemoryReport:
    """The timelines of a compilation: those of the training steps behind each pass that decides about memory, in their
    order, and last those of all functions as the backend has planned them.
    """

    timelines: tuple[Timeline, ...] = field(default=(), metadata=MAY_LACK)

    def of(self, function: str) -> tuple[Timeline, ...]:
        """The timelines of one function, in the order of the compilation."""
        return tuple(timeline for timeline in self.timelines if timeline.function == function)

    @property
    def functions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(timeline.function for timeline in self.timelines))

    def to_bytes(self) -> bytes:
        """As JSON; values as rows of their fields."""
        return json.dumps(write_record(self), separators=(",", ":")).encode()

    @staticmethod
    def from_json(document: Any, where: str) -> MemoryReport:
        """Reads what `to_bytes` wrote. Raises `BundleError` for a wrong field."""
        try:
            report = read_record(MemoryReport, document, where)
            for index, timeline in enumerate(report.timelines):
                _check_indices(timeline, f"{where}: timelines[{index}]")
        except FieldError as error:
            raise BundleError(f"{error}; the bundle is damaged, compile it again") from None
        return report


def _check_indices(timeline: Timeline, where: str) -> None:
    count = len(timeline.ran)
    if any(place >= len(timeline.origins) for place in timeline.ran):
        raise FieldError(f"{where}: ran: a dispatch has an origin that is not there")
    if timeline.loss_at is not None and timeline.loss_at >= count:
        raise FieldError(f"{where}: field 'loss_at': {timeline.loss_at} is none of the {count} dispatches")
    for index, value in enumerate(timeline.held):
        if not value.first <= value.last < count:
            raise FieldError(
                f"{where}: held[{index}]: from {value.first} to {value.last} is no part of {count} dispatches"
            )
