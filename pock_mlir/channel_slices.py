"""Slices of a parameter: the channels along one axis that training changes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any

from pock_mlir.fields import Must, Size, read_record, write_record

_SHOWN_RUNS = 4
_TEXT = re.compile(r"(?P<axis>\d+):(?P<runs>\d+\+\d+(/\d+\+\d+)*)", re.ASCII)


def _is_run(run: Any) -> bool:
    return len(run) == 2 and run[0] >= 0 and run[1] >= 1


def _are_runs(ranges: Any) -> bool:
    """Whether the runs are ascending, and with a gap between any two: each set of indices has one such list."""
    return len(ranges) > 0 and all(a[0] + a[1] < b[0] for a, b in pairwise(ranges))


Run = Annotated[tuple[int, int], Must("[start, size]", _is_run, "pairs [start, size]")]
Runs = Annotated[tuple[Run, ...], Must("a list of ascending pairs [start, size] that do not touch", _are_runs)]


@dataclass(frozen=True)
class ChannelSlice:
    """Channels of a parameter: along `axis`, those of the `ranges`, which are pairs of start and size, ascending, at
    least one, none touching the next.

    The axis is one of the parameter's in the framework's layout, where nothing else is said. Raises ValueError.
    """

    axis: Size
    ranges: Runs

    def __post_init__(self) -> None:
        ranges = tuple((int(start), int(size)) for start, size in self.ranges)
        if self.axis < 0 or not all(map(_is_run, ranges)) or not _are_runs(ranges):
            raise ValueError(f"a slice needs an axis and ascending ranges that do not touch, got {self.axis}, {ranges}")
        object.__setattr__(self, "ranges", ranges)

    @staticmethod
    def from_indices(axis: int, indices: Iterable[int]) -> ChannelSlice:
        """The slice of these channels, in any order, each at most once. Raises ValueError."""
        ranges: list[tuple[int, int]] = []
        ordered = sorted(int(index) for index in indices)
        if len(set(ordered)) < len(ordered):
            raise ValueError(f"a slice names a channel twice: {ordered}")
        for index in ordered:
            if ranges and sum(ranges[-1]) == index:
                ranges[-1] = (ranges[-1][0], ranges[-1][1] + 1)
            else:
                ranges.append((index, 1))
        return ChannelSlice(axis, tuple(ranges))

    @property
    def indices(self) -> tuple[int, ...]:
        """The channels, ascending."""
        return tuple(index for start, size in self.ranges for index in range(start, start + size))

    @property
    def size(self) -> int:
        """The number of channels."""
        return sum(size for _, size in self.ranges)

    @property
    def end(self) -> int:
        """What the axis must at least measure."""
        return sum(self.ranges[-1])

    def shape(self, whole: Iterable[int]) -> tuple[int, ...]:
        """The shape of the slice of what has the shape `whole`. Raises ValueError where that is too small."""
        sizes = list(whole)
        if self.axis >= len(sizes) or self.end > sizes[self.axis]:
            raise ValueError(f"a slice of axis {self.axis} up to channel {self.end} does not fit the shape {sizes}")
        sizes[self.axis] = self.size
        return tuple(sizes)

    @property
    def shown(self) -> str:
        """The slice as messages show it: "channels 0-3, 7 of axis 1"."""
        runs = [f"{start}" if size == 1 else f"{start}-{start + size - 1}" for start, size in self.ranges]
        few = runs if len(runs) <= _SHOWN_RUNS else [*runs[:_SHOWN_RUNS], f"... ({self.size} in all)"]
        return f"channels {', '.join(few)} of axis {self.axis}"

    @property
    def text(self) -> str:
        """`axis:start+size/start+size`, as options of passes have it."""
        return f"{self.axis}:{'/'.join(f'{start}+{size}' for start, size in self.ranges)}"

    @staticmethod
    def from_text(text: str) -> ChannelSlice:
        """The slice whose `text` this is. Raises ValueError."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise ValueError(f"expected a slice, axis:start+size/start+size such as 0:0+4/8+2, got '{text}'")
        runs = (run.split("+") for run in match["runs"].split("/"))
        return ChannelSlice(int(match["axis"]), tuple((int(start), int(size)) for start, size in runs))

    def to_json(self) -> dict[str, Any]:
        return write_record(self)

    @staticmethod
    def from_json(data: Any, where: str) -> ChannelSlice:
        """Raises FieldError, a ValueError, which says what is wrong with the data, and with `where` it is."""
        return read_record(ChannelSlice, data, where, closed=True)
