"""Lowering of convolution, on an explicitly padded image."""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.conv2d import Conv2dOp, Window
from pock_mlir.dialects.upstream import collapse, expand, reshape

from .matmul import contract
from .rules import lowering
from .spatial import region, span, tap
from .structured import PARALLEL, REDUCTION, filled, generic, projection


@lowering("pock.conv2d")
def conv2d(op: Conv2dOp) -> ir.Value:
    window = Window.of(op)
    kernel, positions = shape_of(op.weight)[:2], shape_of(op.result)[1:3]
    image = padded(op.image, kernel, positions, window)
    return correlate(image, op.weight, window.strides, window.dilations, op.groups.value)


def padded(
    image: ir.Value, kernel: Sequence[int], positions: Sequence[int], window: Window, fill: float = 0.0
) -> ir.Value:
    """What `positions` of a kernel see of an image and its padding. (IREE miscompiles windows over more than that.)"""
    sizes = [
        span(positions[dim], window.strides[dim]) + span(kernel[dim], window.dilations[dim]) - 1 for dim in (0, 1)
    ]
    return region(image, [-p for p in window.padding], sizes, fill)


def correlate(
    image: ir.Value, weight: ir.Value, strides: Sequence[int], dilations: Sequence[int], groups: int
) -> ir.Value:
    """Cross-correlation without padding; the image may be larger than what is seen of it."""
    n, h, w, c = shape_of(image)
    kh, kw, c_group, f = shape_of(weight)
    f_group = f // groups
    positions = [
        (size - span(k, d)) // s + 1 for size, k, s, d in zip((h, w), (kh, kw), strides, dilations, strict=True)
    ]
    element = ranked(image).element_type
    moves = {"strides": list(strides), "dilations": list(dilations)}
    if groups == 1 and kh == kw == 1:
        if positions != [h, w]:
            image = tap(image, [0, 0], positions, strides)
        rows, matrix = reshape(image, [n * positions[0] * positions[1], c]), reshape(weight, [c, f])
        return reshape(contract(rows, matrix, False, False), [n, *positions, f])
    if groups == 1:
        out = filled([n, *positions, f], element, 0.0)
        return linalg.conv_2d_nhwc_hwcf(image, weight, outs=[out], **moves)
    if c_group == 1 and f_group == 1:
        out = filled([n, *positions, c], element, 0.0)
        return linalg.depthwise_conv_2d_nhwc_hwc(image, reshape(weight, [kh, kw, c]), outs=[out], **moves)
    if c_group == 1:
        out = filled([n, *positions, c, f_group], element, 0.0)
        matrix = reshape(weight, [kh, kw, c, f_group])
        result = linalg.depthwise_conv_2d_nhwc_hwcm(image, matrix, outs=[out], **moves)
        return reshape(result, [n, *positions, f])
    return _grouped(image, weight, strides, dilations, groups, positions)


def _grouped(
    image: ir.Value,
    weight: ir.Value,
    strides: Sequence[int],
    dilations: Sequence[int],
    groups: int,
    positions: Sequence[int],
) -> ir.Value:
    n, h, w, c = shape_of(image)
    kh, kw, c_group, f = shape_of(weight)
    image = expand(image, [[0], [1], [2], [3, 4]], [n, h, w, groups, c_group])
    weight = expand(weight, [[0], [1], [2], [3, 4]], [kh, kw, c_group, groups, f // groups])
    out = filled([n, *positions, groups, f // groups], ranked(image).element_type, 0.0)
    b, y, x, g, o, i, j, r = (ir.AffineDimExpr.get(d) for d in range(8))
    seen = [b, y * strides[0] + i * dilations[0], x * strides[1] + j * dilations[1], g, r]
    maps = [ir.AffineMap.get(8, 0, seen), projection(8, [5, 6, 7, 3, 4]), projection(8, [0, 1, 2, 3, 4])]
    iterators = [PARALLEL] * 5 + [REDUCTION] * 3
    (result,) = generic([image, weight], [out], maps, iterators, multiply_add)
    return collapse(result, [[0], [1], [2], [3, 4]])


def multiply_add(x: ir.Value, y: ir.Value, accumulator: ir.Value) -> ir.Value:
    return arith.AddFOp(arith.MulFOp(x, y).result, accumulator).result
