"""Lowering of convolution, on an explicitly padded image.

How IREE 3.13 compiles the forms for x86, as ratios of time to PyTorch (with AVX-512; with AVX2 only):

- the named convolution 0.9-1.1; 2.4-5 (40 where 4 does not divide the columns), 1.0-1.8 with a lowering config of its
  own. With few columns 1.4-2.2. With a dimension of size 1 in the kernel or the image 10-40: that dimension is folded
  away, and what is left is no convolution to IREE.
- a matmul for every tap, accumulated: 1.3-1.8; 1.3-2.0.
- im2col and one matmul: 1.2-2.4; 1.3-4, and many times the memory.
- for groups, a generic with a dimension of groups: 10-25.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.conv2d import Conv2dOp, Window
from pock_mlir.dialects.upstream import collapse, concat, constant, expand, extract_slice, reshape

from .matmul import contract
from .rules import lowering
from .spatial import pad, padded, patches, positions_of, tap, taps_of, tiles
from .structured import elementwise, filled, identity_map, projection

FEW_COLUMNS = 4
"""Up to so many output columns a matmul per tap is faster than the named convolution."""
BLOCK = 16
"""Channels that a convolution of merged groups should have."""
CHUNK = 16
"""The most taps that one elementwise op combines."""


@lowering("pock.conv2d")
def conv2d(op: Conv2dOp) -> ir.Value:
    window, groups = Window.of(op), op.groups.value
    kernel, (n, *positions, f) = shape_of(op.weight)[:2], shape_of(op.result)
    if groups == 1 and tiles(kernel, positions, window):
        rows = patches(op.image, kernel, positions, window)
        matrix = reshape(op.weight, [shape_of(rows)[1], f])
        return reshape(contract(rows, matrix, False, False), [n, *positions, f])
    image = padded(op.image, kernel, positions, window)
    return correlate(image, op.weight, window.strides, window.dilations, groups)


def correlate(
    image: ir.Value, weight: ir.Value, strides: Sequence[int], dilations: Sequence[int], groups: int
) -> ir.Value:
    """Cross-correlation without padding."""
    _, _, c_group, f = shape_of(weight)
    if groups == 1:
        return _dense(image, weight, strides, dilations)
    if c_group == 1 and f == groups:
        return _depthwise(image, weight, strides, dilations)
    return _grouped(image, weight, strides, dilations, groups)


def _dense(image: ir.Value, weight: ir.Value, strides: Sequence[int], dilations: Sequence[int]) -> ir.Value:
    n, _, _, c = shape_of(image)
    kh, kw, _, f = shape_of(weight)
    positions = positions_of(image, weight, strides, dilations)
    element = ranked(image).element_type
    if min(kh, kw, positions[0]) == 1 or positions[1] <= FEW_COLUMNS:
        count = n * positions[0] * positions[1]
        result = filled([count, f], element, 0.0)
        for (i, j), offset in taps_of((kh, kw), dilations):
            seen = tap(image, offset, positions, strides)
            matrix = extract_slice(weight, [i, j, 0, 0], [1, 1, c, f], [1, 1, 1, 1])
            result = contract(reshape(seen, [count, c]), reshape(matrix, [c, f]), init=result)
        return reshape(result, [n, *positions, f])
    if c == 1:
        # A second channel, of zeros.
        image = pad(image, [0, 0, 0, 0], [0, 0, 0, 1], 0.0)
        weight = pad(weight, [0, 0, 0, 0], [0, 0, 1, 0], 0.0)
    out = filled([n, *positions, f], element, 0.0)
    return linalg.conv_2d_nhwc_hwcf(image, weight, outs=[out], strides=list(strides), dilations=list(dilations))


def _depthwise(image: ir.Value, weight: ir.Value, strides: Sequence[int], dilations: Sequence[int]) -> ir.Value:
    n, _, _, c = shape_of(image)
    kh, kw = shape_of(weight)[:2]
    positions = positions_of(image, weight, strides, dilations)
    shape, element = [n, *positions, c], ranked(image).element_type
    weight = reshape(weight, [kh, kw, c])
    if min(kh, kw, *positions) > 1:
        moves = {"strides": list(strides), "dilations": list(dilations)}
        return linalg.depthwise_conv_2d_nhwc_hwc(image, weight, outs=[filled(shape, element, 0.0)], **moves)
    taps, total = taps_of((kh, kw), dilations), []
    for start in range(0, len(taps), CHUNK):
        chunk = taps[start : start + CHUNK]
        seen = [tap(image, offset, positions, strides) for _, offset in chunk]
        factors = [reshape(extract_slice(weight, [i, j, 0], [1, 1, c], [1, 1, 1]), [c]) for (i, j), _ in chunk]
        maps = [identity_map(4)] * len(chunk) + [projection(4, [3])] * len(chunk) + [identity_map(4)] * len(total)
        total = [elementwise(shape, element, [*seen, *factors, *total], _sum_of_products(len(chunk)), maps)]
    return total[0]


def _sum_of_products(count: int):
    def body(*scalars: ir.Value) -> ir.Value:
        total = scalars[2 * count] if len(scalars) > 2 * count else None
        for x, y in zip(scalars[:count], scalars[count : 2 * count], strict=True):
            total = arith.MulFOp(x, y).result if total is None else multiply_add(x, y, total)
        return total

    return body


def _grouped(
    image: ir.Value, weight: ir.Value, strides: Sequence[int], dilations: Sequence[int], groups: int
) -> ir.Value:
    """A dense convolution for every block of groups; small groups are merged, with zeros between them."""
    n, h, w, c = shape_of(image)
    kh, kw, c_group, f = shape_of(weight)
    merged = next(
        m for m in range(1, groups + 1) if groups % m == 0 and (m == groups or m * min(c_group, f // groups) >= BLOCK)
    )
    blocks = groups // merged
    weight = _block_diagonal(weight, groups, merged)
    c_block, f_block = c // blocks, f // blocks
    results = []
    for block in range(blocks):
        part = extract_slice(image, [0, 0, 0, block * c_block], [n, h, w, c_block], [1, 1, 1, 1])
        kernel = extract_slice(weight, [0, 0, 0, block * f_block], [kh, kw, c_block, f_block], [1, 1, 1, 1])
        results.append(_dense(part, kernel, strides, dilations))
    return concat(results, 3) if blocks > 1 else results[0]


def _block_diagonal(weight: ir.Value, groups: int, merged: int) -> ir.Value:
    """The weight with the input channels of `merged` groups in a row: zeros where an output channel is of another
    group.
    """
    if merged == 1:
        return weight
    kh, kw, c_group, f = shape_of(weight)
    element = ranked(weight).element_type
    parts = expand(weight, [[0], [1], [2], [3, 4, 5]], [kh, kw, c_group, groups // merged, merged, f // groups])

    def pick(value: ir.Value) -> ir.Value:
        same = arith.CmpIOp(arith.CmpIPredicate.eq, linalg.IndexOp(2).result, linalg.IndexOp(5).result).result
        return arith.SelectOp(same, value, constant(0.0, element)).result

    shape = [kh, kw, merged, c_group, groups // merged, merged, f // groups]
    dense = elementwise(shape, element, [parts], pick, [projection(7, [0, 1, 3, 4, 5, 6])])
    return collapse(dense, [[0], [1], [2, 3], [4, 5, 6]])


def multiply_add(x: ir.Value, y: ir.Value, accumulator: ir.Value) -> ir.Value:
    return arith.AddFOp(arith.MulFOp(x, y).result, accumulator).result
