"""Cross-correlation without padding, in several forms: what convolution and its image's gradient are lowered to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.structured import elementwise, filled, identity_map, projection
from pock_mlir.dialects.upstream import collapse, concat, constant, expand, extract_slice, reshape

from .matmul import contract
from .spatial import positions_of, tap, taps_of

BLOCK = 16
"""Channels that a correlation of merged groups should have."""
CHUNK = 16
"""The most taps that one elementwise op combines."""

Correlation = Callable[[ir.Value, ir.Value, Sequence[int], Sequence[int], int], ir.Value]
"""Of image [N, H, W, C] and weight [KH, KW, C / groups, F], with strides and dilations, in groups."""


def per_tap(
    image: ir.Value, weight: ir.Value, strides: Sequence[int], dilations: Sequence[int], groups: int
) -> ir.Value:
    """A product of matrices for every tap of the kernel, added up."""
    return _by_blocks(_dense_per_tap, image, weight, strides, dilations, groups)


def convolution(
    image: ir.Value, weight: ir.Value, strides: Sequence[int], dilations: Sequence[int], groups: int
) -> ir.Value:
    """The convolution of linalg."""
    return _by_blocks(_dense_convolution, image, weight, strides, dilations, groups)


def depthwise_convolution(
    image: ir.Value, weight: ir.Value, strides: Sequence[int], dilations: Sequence[int], groups: int
) -> ir.Value:
    """The depthwise convolution of linalg, where each channel is a group."""
    n, _, _, c = shape_of(image)
    shape = [n, *positions_of(image, weight, strides, dilations), c]
    weight = reshape(weight, [*shape_of(weight)[:2], c])
    out = filled(shape, ranked(image).element_type, 0.0)
    moves = {"strides": list(strides), "dilations": list(dilations)}
    return linalg.depthwise_conv_2d_nhwc_hwc(image, weight, outs=[out], **moves)


def depthwise_per_tap(
    image: ir.Value, weight: ir.Value, strides: Sequence[int], dilations: Sequence[int], groups: int
) -> ir.Value:
    """What the taps see, times the taps' weights, added up elementwise; where each channel is a group."""
    (n, _, _, c), (kh, kw) = shape_of(image), shape_of(weight)[:2]
    positions = positions_of(image, weight, strides, dilations)
    shape, element = [n, *positions, c], ranked(image).element_type
    weight = reshape(weight, [kh, kw, c])
    taps, total = taps_of((kh, kw), dilations), []
    for start in range(0, len(taps), CHUNK):
        chunk = taps[start : start + CHUNK]
        seen = [tap(image, offset, positions, strides) for _, offset in chunk]
        factors = [reshape(extract_slice(weight, [i, j, 0], [1, 1, c], [1, 1, 1]), [c]) for (i, j), _ in chunk]
        maps = [identity_map(4)] * len(chunk) + [projection(4, [3])] * len(chunk) + [identity_map(4)] * len(total)
        total = [elementwise(shape, element, [*seen, *factors, *total], _sum_of_products(len(chunk)), maps)]
    return total[0]


def _dense_per_tap(image: ir.Value, weight: ir.Value, strides: Sequence[int], dilations: Sequence[int]) -> ir.Value:
    (n, _, _, c), (kh, kw, _, f) = shape_of(image), shape_of(weight)
    positions = positions_of(image, weight, strides, dilations)
    count = n * positions[0] * positions[1]
    result = filled([count, f], ranked(image).element_type, 0.0)
    for (i, j), offset in taps_of((kh, kw), dilations):
        seen = tap(image, offset, positions, strides)
        matrix = extract_slice(weight, [i, j, 0, 0], [1, 1, c, f], [1, 1, 1, 1])
        result = contract(reshape(seen, [count, c]), reshape(matrix, [c, f]), init=result)
    return reshape(result, [n, *positions, f])


def _dense_convolution(image: ir.Value, weight: ir.Value, strides: Sequence[int], dilations: Sequence[int]) -> ir.Value:
    shape = [shape_of(image)[0], *positions_of(image, weight, strides, dilations), shape_of(weight)[3]]
    out = filled(shape, ranked(image).element_type, 0.0)
    return linalg.conv_2d_nhwc_hwcf(image, weight, outs=[out], strides=list(strides), dilations=list(dilations))


def _sum_of_products(count: int):
    def body(*scalars: ir.Value) -> ir.Value:
        total = scalars[2 * count] if len(scalars) > 2 * count else None
        for x, y in zip(scalars[:count], scalars[count : 2 * count], strict=True):
            total = arith.MulFOp(x, y).result if total is None else multiply_add(x, y, total)
        return total

    return body


def _by_blocks(
    dense: Callable[..., ir.Value],
    image: ir.Value,
    weight: ir.Value,
    strides: Sequence[int],
    dilations: Sequence[int],
    groups: int,
) -> ir.Value:
    """A dense correlation for every block of groups; small groups are merged, with zeros between them."""
    if groups == 1:
        return dense(image, weight, strides, dilations)
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
        results.append(dense(part, kernel, strides, dilations))
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
