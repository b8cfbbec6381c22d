"""Elements in another order along a dimension: reversed, rotated, in windows; padding by a value and by the tensor
itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.embedding import embedding
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import concat, constant, extract_slice, insert_slice, reshape

from .dense import dense_integers
from .layout import from_last, to_last
from .unsupported import Unsupported

# Up to this length a dimension is reversed by slices, beyond it by a gather, whose gradient is a scatter.
FEW = 16


def take(x: ir.Value, dim: int, start: int, length: int) -> ir.Value:
    """`length` indices of dimension `dim` from `start` on."""
    sizes = shape_of(x)
    sizes[dim] = length
    return extract_slice(x, [start if d == dim else 0 for d in range(len(sizes))], sizes, [1] * len(sizes))


def reversed_(x: ir.Value, dim: int) -> ir.Value:
    length = shape_of(x)[dim]
    if length <= 1:
        return x
    if length <= FEW:
        return concat([take(x, dim, i, 1) for i in reversed(range(length))], dim)
    return gathered(x, dim, range(length - 1, -1, -1))


def gathered(x: ir.Value, dim: int, indices: Sequence[int]) -> ir.Value:
    """x at constant indices of dimension `dim`."""
    rows = embedding(transpose(to_last(x, dim), [1, 0]), dense_integers(indices))
    return from_last(transpose(rows, [1, 0]), dim, shape_of(x))


def rolled(x: ir.Value, dim: int, shift: int) -> ir.Value:
    """x rotated by `shift` along a dimension: what leaves it at the end enters at the beginning."""
    length = shape_of(x)[dim]
    behind = shift % length if length else 0
    return concat([take(x, dim, length - behind, behind), take(x, dim, 0, length - behind)], dim) if behind else x


def repeated_each(x: ir.Value, dim: int, count: int) -> ir.Value:
    """Each element `count` times, along a dimension of its own behind `dim`."""
    shape, at = shape_of(x), dim + 1
    return broadcast(reshape(x, [*shape[:at], 1, *shape[at:]]), [*shape[:at], count, *shape[at:]])


def windows(x: ir.Value, dim: int, count: int, size: int, step: int) -> ir.Value:
    """`count` windows of `size` elements along `dim`, one at every `step`; the elements of a window come last."""
    elements = gathered(x, dim, [i * step + j for i in range(count) for j in range(size)])
    shape = shape_of(elements)
    apart = reshape(elements, [*shape[:dim], count, size, *shape[dim + 1 :]])
    order = [d for d in range(len(shape) + 1) if d != dim + 1]
    return transpose(apart, [*order, dim + 1])


def padded(x: ir.Value, shape: Sequence[int], offsets: Sequence[int], value: float | int | bool) -> ir.Value:
    """x at `offsets` in a tensor of `shape` that is `value` elsewhere."""
    background = constant(value, ir.RankedTensorType.get(list(shape), ranked(x).element_type))
    return insert_slice(x, background, offsets, [1] * len(shape))


def padded_by_itself(x: ir.Value, dim: int, before: int, after: int, mode: str) -> ir.Value:
    """x continued along `dim` as a mirror image ("reflect"), by its border ("replicate") or from its other end
    ("circular").
    """
    if min(before, after) < 0:
        raise Unsupported(f"negative padding in mode '{mode}'")
    if mode not in _CONTINUED:
        raise Unsupported(f"padding mode '{mode}'")
    first, last = _CONTINUED[mode]
    parts = [first(x, dim, before)] if before else []
    parts.append(x)
    parts += [last(x, dim, after)] if after else []
    return concat(parts, dim) if len(parts) > 1 else x


def _repeated(x: ir.Value, dim: int, count: int) -> ir.Value:
    return broadcast(x, [count if d == dim else s for d, s in enumerate(shape_of(x))])


def _end(x: ir.Value, dim: int, count: int) -> int:
    return shape_of(x)[dim] - count


_CONTINUED = {
    "reflect": (
        lambda x, dim, count: reversed_(take(x, dim, 1, count), dim),
        lambda x, dim, count: reversed_(take(x, dim, _end(x, dim, count + 1), count), dim),
    ),
    "replicate": (
        lambda x, dim, count: _repeated(take(x, dim, 0, 1), dim, count),
        lambda x, dim, count: _repeated(take(x, dim, _end(x, dim, 1), 1), dim, count),
    ),
    "circular": (
        lambda x, dim, count: take(x, dim, _end(x, dim, count), count),
        lambda x, dim, count: take(x, dim, 0, count),
    ),
}
"""Per mode what comes before the first element, and what after the last."""
