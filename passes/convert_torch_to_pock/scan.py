"""Running sums, products and differences along a dimension."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.upstream import concat, constant, extract_slice, reshape, select, sub

from .arrange import padded
from .conversion import Conversion, Unsupported
from .creation import dense_integers
from .layout import from_last, to_last
from .rules import torch_op


@torch_op("torch.aten.cumsum")
def cumsum(c: Conversion, x: ir.Value, dim: int, dtype: object = None) -> ir.Value:
    x = c.cast(x, c.element)
    return running_sum(x, dim % len(shape_of(x))) if shape_of(x) else x


def running_sum(x: ir.Value, dim: int) -> ir.Value:
    """y[i] = sum of x[j] over j <= i: n^2 additions, which fuse into one loop without memory of that size."""
    shape = shape_of(x)
    size = shape[dim]
    # Dimension `dim` counts the terms j, the one before it the sums i.
    square = [*shape[:dim], size, *shape[dim:]]
    terms = broadcast(reshape(x, [*shape[:dim], 1, *shape[dim:]]), square)
    positions = dense_integers(range(size))

    def along(axis: int) -> ir.Value:
        return broadcast(reshape(positions, [size if d == axis else 1 for d in range(len(square))]), square)

    counted = arith.CmpIOp(arith.CmpIPredicate.sle, along(dim + 1), along(dim)).result
    return reduce(select(counted, terms, constant(0, terms.type)), [dim + 1])


@torch_op("torch.aten.diff")
def diff(c: Conversion, x: ir.Value, n: int = 1, dim: int = -1, prepend=None, append=None) -> ir.Value:
    """x[i + 1] - x[i], n times over."""
    dim %= len(shape_of(x))
    parts = [part for part in (prepend, x, append) if part is not None]
    x = concat(parts, dim) if len(parts) > 1 else x
    for _ in range(n):
        x = _minus(_without(x, dim, first=True), _without(x, dim, first=False))
    return x


def _without(x: ir.Value, dim: int, *, first: bool) -> ir.Value:
    """x without its first or its last slice along a dimension, if it has one."""
    shape = shape_of(x)
    offsets = [int(first and d == dim) for d in range(len(shape))]
    sizes = [max(size - (d == dim), 0) for d, size in enumerate(shape)]
    return extract_slice(x, offsets, sizes, [1] * len(shape))


def _minus(a: ir.Value, b: ir.Value) -> ir.Value:
    element = ranked(a).element_type
    if element == ir.IntegerType.get_signless(1):
        raise Unsupported("differences of booleans; convert them to integers")
    return sub(a, b) if isinstance(element, ir.FloatType) else arith.SubIOp(a, b).result


@torch_op("torch.aten.cumprod")
def cumulative_product(c: Conversion, x: ir.Value, dim: int, dtype: object = None) -> ir.Value:
    """By doubling: after step k each element is the product of itself and the 2^k - 1 before it."""
    shape = shape_of(x)
    x = c.cast(x, c.element)
    if not shape:
        return x
    rows = to_last(x, dim)
    count, length = shape_of(rows)
    multiply = arith.MulFOp if isinstance(ranked(rows).element_type, ir.FloatType) else arith.MulIOp
    distance = 1
    while distance < length:
        kept = extract_slice(rows, [0, 0], [count, length - distance], [1, 1])
        shifted = padded(kept, [count, length], [0, distance], 1)
        rows = multiply(rows, shifted).result
        distance *= 2
    return from_last(rows, dim, shape)
