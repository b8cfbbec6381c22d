"""Lowering of pooling, on an explicitly padded image."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.conv2d import Window
from pock_mlir.dialects.pool2d import AvgPool2dGradOp, AvgPool2dOp, MaxPool2dOp
from pock_mlir.dialects.structured import elementwise, empty, filled, identity_map, projection
from pock_mlir.dialects.upstream import constant
from pock_mlir.passes.lowering.lowerings import lowering

from .spatial import padded


@lowering("pock.max_pool2d")
def max_pool2d(op: MaxPool2dOp) -> ir.Value:
    return _pooled(op, linalg.pooling_nhwc_max, -math.inf)


@lowering("pock.avg_pool2d")
def avg_pool2d(op: AvgPool2dOp) -> ir.Value:
    return over_counts(_pooled(op, linalg.pooling_nhwc_sum, 0.0), shape_of(op.image), op)


def _pooled(op: MaxPool2dOp | AvgPool2dOp, build: Callable[..., ir.Value], initial: float) -> ir.Value:
    window, kernel, shape = Window.of(op), list(op.kernel), shape_of(op.result)
    element = ranked(op.image).element_type
    image = padded(op.image, kernel, shape[1:3], window, initial)
    taps, out = empty(kernel, element), filled(shape, element, initial)
    return build(image, taps, outs=[out], strides=list(window.strides), dilations=list(window.dilations))


def over_counts(x: ir.Value, image: Sequence[int], op: AvgPool2dOp | AvgPool2dGradOp) -> ir.Value:
    """Sums over windows (or their cotangents) divided by the numbers of elements that count."""
    window, shape, element = Window.of(op), shape_of(x), ranked(x).element_type
    margins = window.padding if op.count_include_pad.value else (0, 0)
    counts = [
        _counts(shape[1 + dim], op.kernel[dim], window, dim, -margins[dim], image[1 + dim] + margins[dim])
        for dim in (0, 1)
    ]
    if all(len(set(along)) == 1 for along in counts):
        count = constant(counts[0][0] * counts[1][0], element)
        return elementwise(shape, element, [x], lambda v: arith.DivFOp(v, count).result)
    rows, columns = (_vector(along, element) for along in counts)

    def over(value: ir.Value, row: ir.Value, column: ir.Value) -> ir.Value:
        return arith.DivFOp(value, arith.MulFOp(row, column).result).result

    return elementwise(
        shape, element, [x, rows, columns], over, [identity_map(4), projection(4, [1]), projection(4, [2])]
    )


def _counts(positions: int, kernel: int, window: Window, dim: int, begin: int, end: int) -> list[int]:
    """For each position of a window, how many of its taps lie from `begin` to `end`."""
    counts = []
    for position in range(positions):
        start = position * window.strides[dim] - window.padding[dim]
        rows = (start + i * window.dilations[dim] for i in range(kernel))
        counts.append(max(1, sum(begin <= row < end for row in rows)))
    return counts


def _vector(values: Sequence[int], element: ir.Type) -> ir.Value:
    type_ = ir.RankedTensorType.get([len(values)], element)
    elements = [ir.FloatAttr.get(element, float(v)) for v in values]
    return arith.ConstantOp(type_, ir.DenseElementsAttr.get(elements, type_)).result
