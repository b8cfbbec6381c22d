"""Lowering of random numbers, computed where they are used: Threefry-2x32 with 20 rounds (Salmon et al., "Parallel
random numbers: as easy as 1, 2, 3", SC'11).

The key of an op's draws is the block of counter (step, stream) under the key (seed, 0); element i of the draws is the
first word of the block of counter (i, 0) under that key.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.random import DropoutOp, UniformOp
from pock_mlir.dialects.structured import elementwise, empty, generic, identity_map, projection
from pock_mlir.dialects.upstream import constant
from pock_mlir.passes.lowering.lowerings import lowering

ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)
ROUNDS = 20
PARITY = 0x1BD11BDA
WORD = 1 << 32


@lowering("pock.uniform")
def uniform(op: UniformOp) -> ir.Value:
    """The upper 24 bits of each word, which float32 holds exactly."""
    shape, element = shape_of(op.result), ranked(op.result).element_type

    def number(*key: ir.Value) -> ir.Value:
        bits = arith.ShRUIOp(_word(shape, *key), _i32(8)).result
        number = arith.UIToFPOp(ir.F32Type.get(), bits).result
        number = arith.MulFOp(number, constant(2.0**-24, ir.F32Type.get())).result
        return number if element == ir.F32Type.get() else _converted(number, element)

    key = _key(op)
    return elementwise(shape, element, key, number, [projection(len(shape), [])] * 2)


@lowering("pock.dropout")
def dropout(op: DropoutOp) -> ir.Value:
    """An element stays where its word is at least rate * 2^32, compared as integers: the same on every target."""
    shape, element, rate = shape_of(op.x), ranked(op.x).element_type, op.rate.value

    def kept(x: ir.Value, *key: ir.Value) -> ir.Value:
        limit = _i32(min(round(rate * WORD), WORD - 1))
        stays = arith.CmpIOp(arith.CmpIPredicate.uge, _word(shape, *key), limit).result
        scaled = arith.MulFOp(x, constant(1.0 / (1.0 - rate), element)).result
        return arith.SelectOp(stays, scaled, constant(0.0, element)).result

    maps = [identity_map(len(shape)), *[projection(len(shape), [])] * 2]
    return elementwise(shape, element, [op.x, *_key(op)], kept, maps)


def _key(op: UniformOp | DropoutOp) -> list[ir.Value]:
    """The two words of the op's key, as rank-0 tensors."""
    word = ir.IntegerType.get_signless(32)
    maps = [projection(0, [])] * 4
    outputs = [empty([], word), empty([], word)]
    return generic(
        [op.seed, op.step],
        outputs,
        maps,
        [],
        lambda seed, step, *_: _threefry((seed, _i32(0)), (step, _i32(op.stream.value))),
    )


def _word(shape: Sequence[int], *key: ir.Value) -> ir.Value:
    """The random word of the element at the loop's place."""
    word = ir.IntegerType.get_signless(32)
    place = _i32(0)
    for dim, size in enumerate(shape):
        index = arith.IndexCastOp(word, linalg.IndexOp(dim).result).result
        place = arith.AddIOp(arith.MulIOp(place, _i32(size)).result, index).result
    return _threefry(key, (place, _i32(0)))[0]


def _threefry(key: Sequence[ir.Value], counter: Sequence[ir.Value]) -> list[ir.Value]:
    """The block of two words of a counter under a key."""
    parity = arith.XOrIOp(arith.XOrIOp(key[0], key[1]).result, _i32(PARITY)).result
    keys = [*key, parity]
    a, b = (arith.AddIOp(word, k).result for word, k in zip(counter, key, strict=True))
    for i in range(ROUNDS):
        a = arith.AddIOp(a, b).result
        b = arith.XOrIOp(_rotated(b, ROTATIONS[i % len(ROTATIONS)]), a).result
        if i % 4 == 3:
            injection = i // 4 + 1
            a = arith.AddIOp(a, keys[injection % 3]).result
            b = arith.AddIOp(arith.AddIOp(b, keys[(injection + 1) % 3]).result, _i32(injection)).result
    return [a, b]


def _rotated(word: ir.Value, left: int) -> ir.Value:
    return arith.OrIOp(arith.ShLIOp(word, _i32(left)).result, arith.ShRUIOp(word, _i32(32 - left)).result).result


def _i32(value: int) -> ir.Value:
    """A constant word, given as a number without sign."""
    word = ir.IntegerType.get_signless(32)
    return arith.ConstantOp(word, value - WORD if value >= WORD // 2 else value).result


def _converted(number: ir.Value, element: ir.Type) -> ir.Value:
    return (arith.ExtFOp if element.width > 32 else arith.TruncFOp)(element, number).result
