"""What the lowerings of convolution and pooling share: NHWC images seen through strided, padded windows."""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg, tensor

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.upstream import collapse, constant, extract_slice

from .structured import elementwise, filled, projection


def span(count: int, step: int) -> int:
    """How many positions `count` of them, `step` apart, stretch over."""
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
    high = [size - l - i for size, l, i in zip(sizes, low, inside, strict=True)]
    return pad(x, low, high, fill)


def pad(x: ir.Value, low: Sequence[int], high: Sequence[int], fill: float) -> ir.Value:
    """An image with rows and columns of `fill` before and after its own."""
    if not any([*low, *high]):
        return x
    n, h, w, c = shape_of(x)
    element = ranked(x).element_type
    value = constant(fill, element)
    result = ir.RankedTensorType.get([n, h + low[0] + high[0], w + low[1] + high[1], c], element)
    op = tensor.PadOp(result, x, [], [], [0, *low, 0], [0, *high, 0])
    block = op.regions[0].blocks.append(*[ir.IndexType.get()] * 4)
    with ir.InsertionPoint(block):
        tensor.YieldOp(value)
    return op.result


def tap(x: ir.Value, offsets: Sequence[int], sizes: Sequence[int], strides: Sequence[int]) -> ir.Value:
    """What one tap of a kernel sees of a padded image: `sizes` positions from `offsets` on, `strides` apart."""
    n, _, _, c = shape_of(x)
    return extract_slice(x, [0, *offsets, 0], [n, *sizes, c], [1, *strides, 1])


def interleave(phases: Sequence[Sequence[ir.Value]], sizes: Sequence[int]) -> ir.Value:
    """The image whose element (h, w) is element (h // s, w // t) of phases[h % s][w % t], cut to `sizes`."""
    n, h, w, c = shape_of(phases[0][0])
    s, t = len(phases), len(phases[0])
    if s == t == 1:
        return phases[0][0]

    def pick(*values: ir.Value) -> ir.Value:
        rows = [_select_by(4, values[i * t : (i + 1) * t]) for i in range(s)]
        return _select_by(2, rows)

    maps = [projection(6, [0, 1, 3, 5])] * (s * t)
    stacked = elementwise([n, h, s, w, t, c], ranked(phases[0][0]).element_type, [p for row in phases for p in row], pick, maps)
    image = collapse(stacked, [[0], [1, 2], [3, 4], [5]])
    return image if [h * s, w * t] == list(sizes) else extract_slice(image, [0, 0, 0, 0], [n, *sizes, c], [1, 1, 1, 1])


def _select_by(dim: int, values: Sequence[ir.Value]) -> ir.Value:
    """values[index dim of the structured op]."""
    result = values[0]
    for i, value in enumerate(values[1:], 1):
        is_i = arith.CmpIOp(arith.CmpIPredicate.eq, linalg.IndexOp(dim).result, constant(i, ir.IndexType.get())).result
        result = arith.SelectOp(is_i, value, result).result
    return result
