"""Buffers in an arena: none that are held at once overlap, and little is lost."""

from __future__ import annotations

import random

import pytest

from pock_mlir.passes.analyses.packing import ALIGNMENT, Buffer, Packing, largest_live_set, pack


def assert_fits(buffers: list[Buffer], packing: Packing) -> None:
    assert len(packing.offsets) == len(buffers)
    placed = list(zip(packing.offsets, buffers, strict=True))
    for index, (offset, buffer) in enumerate(placed):
        assert offset % ALIGNMENT == 0 and 0 <= offset <= packing.size - buffer.size
        for other_offset, other in placed[:index]:
            is_apart = offset + buffer.size <= other_offset or other_offset + other.size <= offset
            assert is_apart or buffer.last < other.first or other.last < buffer.first


@pytest.mark.parametrize("seed", range(20))
def test_any_buffers_fit(seed: int) -> None:
    draw = random.Random(seed)
    buffers = []
    for _ in range(draw.randrange(1, 80)):
        first = draw.randrange(50)
        buffers.append(Buffer(first, first + draw.randrange(30), draw.randrange(1, 5000)))
    packing = pack(buffers)
    assert_fits(buffers, packing)
    assert largest_live_set(buffers) <= packing.size <= sum(buffer.rounded for buffer in buffers)
    assert pack(buffers) == packing


@pytest.mark.parametrize("seed", range(8))
def test_what_a_step_holds_is_packed_within_two_percent(seed: int) -> None:
    """Saved in the forward pass and used in reverse, with what each layer holds for a moment on both ways."""
    draw = random.Random(seed)
    layers, buffers = 60, []
    for layer in range(layers):
        size = draw.choice([1, 2, 3, 4, 6]) * 100_000 // (1 + layer // 20)
        there, back = 4 * layer, 8 * layers - 4 * layer
        buffers.append(Buffer(there, back + 1, size))
        buffers += [Buffer(there + draw.randrange(2), there + 2, draw.randrange(1, size)) for _ in range(2)]
        buffers += [Buffer(back + draw.randrange(2), back + 3, draw.randrange(1, size)) for _ in range(3)]
    packing = pack(buffers)
    assert_fits(buffers, packing)
    assert packing.size <= 1.02 * largest_live_set(buffers)


def test_a_moment_that_is_shared_keeps_buffers_apart() -> None:
    size = 1000
    one, both = Packing((0, 0), 1024), pack([Buffer(0, 3, size), Buffer(4, 5, size)])
    assert both == one
    assert pack([Buffer(0, 3, size), Buffer(3, 5, size)]).size == 2048


def test_nothing_takes_nothing() -> None:
    assert pack([]) == Packing((), 0)
    assert largest_live_set([]) == 0
