"""What the lowerings of convolution and pooling share: NHWC images seen through strided, padded windows."""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.conv2d import Window
from pock_mlir.dialects.structured import elementwise, empty, filled, pad, projection
from pock_mlir.dialects.upstream import collapse, constant, expand, extract_slice, reshape

SPLIT = [[0], [1, 2], [3, 4], [5]]
"""The dimensions of an image whose rows and columns come in blocks."""


def span(count: int, step: int) -> int:
    """How far `count` positions, `step` apart, stretch."""
    return (count - 1) * step + 1


def region(x: ir.Value, starts: Sequence[int], sizes: Sequence[int], fill: float = 0.0) -> ir.Value:
    """Rows and columns `starts` to `starts + sizes` of an image; `fill` where they lie outside of it."""
    n, *extents, c = shape_of(x)
    begins = [max(start, 0) for start in starts]
    ends = [min(start + size, extent) for start, size, extent in zip(starts, sizes, extents, strict=True)]
    inside = [end - begin for begin, end in zip(begins, ends, strict=True)]
    if min(inside) <= 0:
        return filled([n, *sizes, c], ranked(x).element_type, fill)
    if inside != extents:
        x = extract_slice(x, [0, *begins, 0], [n, *inside, c], [1, 1, 1, 1])
    low = [begin - start for begin, start in zip(begins, starts, strict=True)]
    high = [size - before - i for size, before, i in zip(sizes, low, inside, strict=True)]
    return pad(x, [0, *low, 0], [0, *high, 0], fill)


def overlaps(x: ir.Value, starts: Sequence[int], sizes: Sequence[int]) -> bool:
    """Whether any of a region lies in the image."""
    return all(s < e and s + size > 0 for s, size, e in zip(starts, sizes, shape_of(x)[1:3], strict=True))


def padded(
    image: ir.Value,
    kernel: Sequence[int],
    positions: Sequence[int],
    window: Window,
    fill: float = 0.0,
    *,
    rows_more: int = 0,
) -> ir.Value:
    """What `positions` of a kernel see of an image and its padding, and `rows_more` below if any of it is padding.

    No more: what no position sees would be copied for nothing, and IREE miscompiles windows over a part of an image.
    """
    sizes = [span(positions[dim], window.strides[dim]) + span(kernel[dim], window.dilations[dim]) - 1 for dim in (0, 1)]
    ends = [size - p for size, p in zip(sizes, window.padding, strict=True)]
    if any(window.padding) or any(end > size for end, size in zip(ends, shape_of(image)[1:3], strict=True)):
        sizes[0] += rows_more
    return region(image, [-p for p in window.padding], sizes, fill)


def positions_of(image: ir.Value, weight: ir.Value, strides: Sequence[int], dilations: Sequence[int]) -> list[int]:
    """How many positions a kernel has along each dimension of a padded image."""
    sizes, kernel = shape_of(image)[1:3], shape_of(weight)[:2]
    return [(size - span(k, d)) // s + 1 for size, k, s, d in zip(sizes, kernel, strides, dilations, strict=True)]


Tap = tuple[tuple[int, int], tuple[int, int]]


def taps_of(kernel: Sequence[int], dilations: Sequence[int]) -> list[Tap]:
    """The taps of a kernel, row by row: index in the kernel, offset in the window."""
    return [((i, j), (i * dilations[0], j * dilations[1])) for i in range(kernel[0]) for j in range(kernel[1])]


def tap(x: ir.Value, offset: Sequence[int], sizes: Sequence[int], strides: Sequence[int]) -> ir.Value:
    """What one tap of a kernel sees of a padded image: `sizes` positions from `offset` on, `strides` apart."""
    n, _, _, c = shape_of(x)
    return extract_slice(x, [0, *offset, 0], [n, *sizes, c], [1, *strides, 1])


def tiles(kernel: Sequence[int], positions: Sequence[int], window: Window) -> bool:
    """Whether the windows tile the padded image: side by side and without holes."""
    return all(
        (kernel[dim] == window.strides[dim] or positions[dim] == 1) and (window.dilations[dim] == 1 or kernel[dim] == 1)
        for dim in (0, 1)
    )


def patches(image: ir.Value, kernel: Sequence[int], positions: Sequence[int], window: Window) -> ir.Value:
    """What windows that tile an image see, a row of [KH * KW * C] for each."""
    (n, _, _, c), (kh, kw), (oh, ow) = shape_of(image), kernel, positions
    image = region(image, [-p for p in window.padding], [oh * kh, ow * kw])
    if kh > 1 and ow > 1:
        out = empty([n, oh, ow, kh, kw, c], ranked(image).element_type)
        blocks = expand(image, SPLIT, [n, oh, kh, ow, kw, c])
        image = linalg.transpose(blocks, outs=[out], permutation=[0, 1, 3, 2, 4, 5]).results[0]
    return reshape(image, [n * oh * ow, kh * kw * c])


def unpatched(
    rows: ir.Value, shape: Sequence[int], kernel: Sequence[int], positions: Sequence[int], window: Window
) -> ir.Value:
    """The image of `shape` whose `patches` are `rows`; zero outside of all windows."""
    (n, *sizes, c), (kh, kw), (oh, ow) = shape, kernel, positions
    if kh > 1 and ow > 1:
        out = empty([n, oh, kh, ow, kw, c], ranked(rows).element_type)
        blocks = reshape(rows, [n, oh, ow, kh, kw, c])
        rows = collapse(linalg.transpose(blocks, outs=[out], permutation=[0, 1, 3, 2, 4, 5]).results[0], SPLIT)
    return region(reshape(rows, [n, oh * kh, ow * kw, c]), window.padding, sizes)


def interleave(phases: Sequence[Sequence[ir.Value | None]], shape: Sequence[int], element: ir.Type) -> ir.Value:
    """The image of `shape` whose element (h, w) is element (h // s, w // t) of phases[h % s][w % t], zero for None."""
    (n, *sizes, c), s, t = shape, len(phases), len(phases[0])
    known = [phase for row in phases for phase in row if phase is not None]
    if not known:
        return filled(shape, element, 0.0)
    if s == t == 1:
        return known[0]
    _, h, w, _ = shape_of(known[0])

    def pick(*values: ir.Value) -> ir.Value:
        zero, rest = constant(0.0, element), iter(values)
        rows = [[zero if phase is None else next(rest) for phase in row] for row in phases]
        return _at_index(2, [_at_index(4, row) for row in rows])

    maps = [projection(6, [0, 1, 3, 5])] * len(known)
    image = collapse(elementwise([n, h, s, w, t, c], element, known, pick, maps), SPLIT)
    return image if [h * s, w * t] == sizes else extract_slice(image, [0, 0, 0, 0], list(shape), [1, 1, 1, 1])


def _at_index(dim: int, values: Sequence[ir.Value]) -> ir.Value:
    """values[i] for index i along `dim` of the structured op."""
    result = values[0]
    for i, value in enumerate(values[1:], 1):
        is_i = arith.CmpIOp(arith.CmpIPredicate.eq, linalg.IndexOp(dim).result, constant(i, ir.IndexType.get())).result
        result = arith.SelectOp(is_i, value, result).result
    return result
