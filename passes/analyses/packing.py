"""Places for buffers in one arena: offline dynamic storage allocation, of sizes and lifetimes that are known.

To be within a hair of the largest live set is easy for steps of training, whose largest buffers live long: greedy by
size (Pisarchyk and Lee, arXiv:2001.03288), in several orders, of which the best is improved by moves.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ALIGNMENT = 64
"""Bytes to which buffers are rounded up."""

ENOUGH = 1.005
"""Of the largest live set: what is packed as well as this is not improved."""

MOST_MOVES = 400
MOST_PLACEMENTS = 60_000
"""Of single buffers in all moves: what bounds the time."""


@dataclass(frozen=True)
class Buffer:
    """`size` bytes that are held from moment `first` to moment `last`, both inclusive."""

    first: int
    last: int
    size: int

    @property
    def rounded(self) -> int:
        return -(-self.size // ALIGNMENT) * ALIGNMENT

    @property
    def length(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True)
class Packing:
    """The offset of each buffer, in their order, and the size of the arena, in bytes."""

    offsets: tuple[int, ...]
    size: int


def largest_live_set(buffers: Sequence[Buffer]) -> int:
    """The most bytes that are held at one moment, below which no packing goes."""
    changes: dict[int, int] = {}
    for buffer in buffers:
        changes[buffer.first] = changes.get(buffer.first, 0) + buffer.rounded
        changes[buffer.last + 1] = changes.get(buffer.last + 1, 0) - buffer.rounded
    largest = held = 0
    for moment in sorted(changes):
        held += changes[moment]
        largest = max(largest, held)
    return largest


_ORDERS: tuple[Callable[[Buffer], tuple[int, ...]], ...] = (
    lambda buffer: (-buffer.rounded, -buffer.length),
    lambda buffer: (-buffer.rounded * buffer.length,),
    lambda buffer: (-buffer.length,),
    lambda buffer: (buffer.first,),
)


def pack(buffers: Sequence[Buffer]) -> Packing:
    """Places buffers so that none that are held at one moment overlap. The same buffers are placed in the same way."""
    neighbours, least = _neighbours(buffers), largest_live_set(buffers)
    best: tuple[list[int], Packing] | None = None
    for key in _ORDERS:
        order = sorted(range(len(buffers)), key=lambda index: key(buffers[index]))
        packing = _placed(buffers, neighbours, order)
        if best is None or packing.size < best[1].size:
            best = order, packing
        if packing.size == least:
            return packing
    assert best is not None
    return _improved(buffers, neighbours, *best, least)


def _improved(
    buffers: Sequence[Buffer], neighbours: list[list[int]], order: list[int], packing: Packing, least: int
) -> Packing:
    """Places a buffer that reaches the top earlier, again and again, as long as that makes nothing worse."""
    draw = random.Random(0)
    for _ in range(min(MOST_MOVES, MOST_PLACEMENTS // max(len(buffers), 1))):
        if packing.size <= ENOUGH * least:
            break
        top = [i for i, offset in enumerate(packing.offsets) if offset + buffers[i].rounded == packing.size]
        moved = draw.choice(top)
        place = order.index(moved)
        if place == 0:
            break
        tried = [index for index in order if index != moved]
        tried.insert(draw.randrange(place), moved)
        other = _placed(buffers, neighbours, tried)
        if other.size <= packing.size:
            order, packing = tried, other
    return packing


def _neighbours(buffers: Sequence[Buffer]) -> list[list[int]]:
    """For each buffer those that are held at some moment at which it is."""
    found: list[list[int]] = [[] for _ in buffers]
    held: list[int] = []
    for index in sorted(range(len(buffers)), key=lambda index: buffers[index].first):
        held = [other for other in held if buffers[other].last >= buffers[index].first]
        for other in held:
            found[index].append(other)
            found[other].append(index)
        held.append(index)
    return found


def _placed(buffers: Sequence[Buffer], neighbours: list[list[int]], order: Sequence[int]) -> Packing:
    """Each buffer in its turn in the smallest gap that it fits in between those placed before, or above them."""
    offsets: list[int | None] = [None] * len(buffers)
    for index in order:
        size, top, smallest, place = buffers[index].rounded, 0, None, None
        taken = sorted(
            (offset, offset + buffers[other].rounded)
            for other in neighbours[index]
            if (offset := offsets[other]) is not None
        )
        for start, end in taken:
            gap = start - top
            if gap >= size and (smallest is None or gap < smallest):
                smallest, place = gap, top
            top = max(top, end)
        offsets[index] = top if place is None else place
    placed = tuple(offset or 0 for offset in offsets)
    ends = (offset + buffer.rounded for offset, buffer in zip(placed, buffers, strict=True))
    return Packing(placed, max(ends, default=0))
