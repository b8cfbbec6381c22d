"""Slices of parameters as data."""

import json

import pytest

from pock_mlir.channel_slices import ChannelSlice


def test_indices_in_any_order_are_one_slice() -> None:
    chosen = ChannelSlice.from_indices(1, [9, 3, 4, 0])
    assert chosen == ChannelSlice(1, ((0, 1), (3, 2), (9, 1)))
    assert chosen.indices == (0, 3, 4, 9)
    assert (chosen.size, chosen.end) == (4, 10)
    assert chosen.shape((5, 10, 2)) == (5, 4, 2)


def test_a_slice_is_read_as_it_was_written() -> None:
    chosen = ChannelSlice.from_indices(0, [1, 2, 5])
    assert ChannelSlice.from_json(json.loads(json.dumps(chosen.to_json())), "a file") == chosen
    assert chosen.text == "0:1+2/5+1"
    assert ChannelSlice.from_text(chosen.text) == chosen
    assert hash(chosen) == hash(ChannelSlice(0, ((1, 2), (5, 1))))


@pytest.mark.parametrize("ranges", [[], [[0, 0]], [[-1, 2]], [[0, 2], [2, 1]], [[4, 1], [0, 1]], [[0, 3], [1, 4]]])
def test_ranges_that_are_none_are_refused(ranges: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="ranges"):
        ChannelSlice(0, tuple((a, b) for a, b in ranges))
    with pytest.raises(ValueError, match="a file: field 'ranges': expected"):
        ChannelSlice.from_json({"axis": 0, "ranges": ranges}, "a file")


@pytest.mark.parametrize("text", ["", "0:", "0:1", "0:1+0", "-1:0+1", "0:0+1/", "0:0+2/1+1", "x:0+1"])
def test_texts_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="slice"):
        ChannelSlice.from_text(text)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="names a channel twice"):
        ChannelSlice.from_indices(0, [1, 1])
    with pytest.raises(ValueError, match="does not fit the shape"):
        ChannelSlice(0, ((2, 2),)).shape((3, 5))
    with pytest.raises(ValueError, match="does not fit the shape"):
        ChannelSlice(2, ((0, 1),)).shape((3, 5))
