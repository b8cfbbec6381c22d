"""Random numbers: the published generator to the last bit, and what it promises to be."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from support.programs import Program
from support.threefry import kept, threefry, uniform
from torch_mlir import ir

from pock_mlir.dialects import load_dialects
from pock_mlir.passes.machinery.pipeline import run_pipeline

SHAPE = (40, 1000)
MODULE = """
!t = tensor<40x1000xf32>
!i = tensor<i32>
func.func @uniform(%seed: !i, %step: !i) -> (!t, !t) {
  %0 = "pock.uniform"(%seed, %step) {stream = 0} : (!i, !i) -> !t
  %1 = "pock.uniform"(%seed, %step) {stream = 1} : (!i, !i) -> !t
  return %0, %1 : !t, !t
}
func.func @dropout(%x: !t, %seed: !i, %step: !i) -> !t {
  %0 = "pock.dropout"(%x, %seed, %step) {rate = 0.3, stream = 2} : (!t, !i, !i) -> !t
  return %0 : !t
}
"""


@functools.cache
def _program() -> Program:
    with ir.Context() as context, ir.Location.unknown():
        load_dialects(context)
        module = ir.Module.parse(MODULE)
        run_pipeline(module, "convert-pock-to-linalg,cse,canonicalize")
        return Program(module)


def _uniform(seed: int, step: int) -> list[np.ndarray]:
    return _program().run("uniform", np.array(seed, np.int32), np.array(step, np.int32))


@pytest.mark.parametrize(
    ("key", "counter", "expected"),
    [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_the_reference_gives_the_published_answers(key, counter, expected) -> None:
    """The known answers that come with the authors' library Random123."""
    words = threefry(key, *(np.array([word], np.uint32) for word in counter))
    assert tuple(int(word[0]) for word in words) == expected


@pytest.mark.parametrize(("seed", "step"), [(0, 0), (7, 3), (2**31 - 1, 123456)])
def test_numbers_are_those_of_the_reference(seed: int, step: int) -> None:
    for stream, numbers in enumerate(_uniform(seed, step)):
        np.testing.assert_array_equal(numbers, uniform(seed, step, stream, SHAPE))


def test_numbers_are_uniform_and_independent() -> None:
    first, other_stream = _uniform(1, 0)
    other_step, other_seed = _uniform(1, 1)[0], _uniform(2, 0)[0]
    assert first.min() >= 0.0 and first.max() < 1.0
    # Five standard deviations of the mean, of the variance, and of each of 20 counts, of 40,000 uniform numbers.
    count = first.size
    assert abs(first.mean() - 1 / 2) < 5 * np.sqrt(1 / 12 / count)
    assert abs(first.var() - 1 / 12) < 5 * np.sqrt(1 / 180 / count)
    bins = np.histogram(first, 20, (0.0, 1.0))[0]
    assert np.abs(bins - count / 20).max() < 5 * np.sqrt(count / 20)
    flat = first.reshape(-1)
    pairs = [(flat[:-1], flat[1:]), *((flat, x.reshape(-1)) for x in (other_stream, other_step, other_seed))]
    for a, b in pairs:
        assert abs(np.corrcoef(a, b)[0, 1]) < 5 / np.sqrt(count)


def test_dropout_keeps_what_is_drawn_and_scales_it() -> None:
    x = np.linspace(-1, 2, 40_000, dtype=np.float32).reshape(SHAPE)
    (y,) = _program().run("dropout", x, np.array(5, np.int32), np.array(9, np.int32))
    stays = kept(5, 9, 2, SHAPE, 0.3)
    np.testing.assert_allclose(y, np.where(stays, x / np.float32(0.7), 0.0), rtol=2e-7)
    assert abs(stays.mean() - 0.7) < 5 * np.sqrt(0.3 * 0.7 / stays.size)
