"""Lowering of the gradients of convolution."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg, tensor

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.conv2d import Conv2dInputGradOp, Conv2dWeightGradOp, Window
from pock_mlir.dialects.upstream import collapse, concat, constant, expand, reshape

from .conv2d import correlate, multiply_add, padded
from .rules import lowering
from .spatial import interleave, region, span, tap
from .structured import PARALLEL, REDUCTION, elementwise, filled, generic, projection


@lowering("pock.conv2d_input_grad")
def conv2d_input_grad(op: Conv2dInputGradOp) -> ir.Value:
    """Every phase of the image (its rows and columns modulo the stride) sees some taps of the kernel, at stride 1."""
    window, (n, *sizes, c) = Window.of(op), shape_of(op.result)
    kernel, groups = shape_of(op.weight)[:2], op.groups.value
    counts = [-(-size // stride) for size, stride in zip(sizes, window.strides, strict=True)]
    phases = []
    for row in range(min(window.strides[0], sizes[0])):
        phases.append([])
        for column in range(min(window.strides[1], sizes[1])):
            taps = [_Taps.of(dim, phase, kernel[dim], window) for dim, phase in enumerate((row, column))]
            if any(t.count == 0 for t in taps):
                phases[-1].append(filled([n, *counts, c], ranked(op.result).element_type, 0.0))
                continue
            weight = _reversed_taps(op.weight, taps, groups)
            starts = [t.position - (t.count - 1) * t.dilation for t in taps]
            extents = [count + (t.count - 1) * t.dilation for count, t in zip(counts, taps, strict=True)]
            cotangent = region(op.cotangent, starts, extents)
            phases[-1].append(correlate(cotangent, weight, [1, 1], [t.dilation for t in taps], groups))
    return interleave(phases, sizes)


class _Taps:
    """The taps of a kernel that touch the image's rows q * stride + phase: tap first + t * step does so in window
    q + position - t * dilation."""

    def __init__(self, count: int, first: int, step: int, position: int, dilation: int) -> None:
        self.count, self.first, self.step, self.position, self.dilation = count, first, step, position, dilation

    @staticmethod
    def of(dim: int, phase: int, kernel: int, window: Window) -> _Taps:
        stride, dilation = window.strides[dim], window.dilations[dim]
        row = phase + window.padding[dim]
        common = math.gcd(stride, dilation)
        step = stride // common
        taps = [tap for tap in range(kernel) if (row - tap * dilation) % stride == 0]
        first = taps[0] if taps else 0
        return _Taps(len(taps), first, step, (row - first * dilation) // stride, dilation // common)

    def reversed(self, t: ir.Value) -> ir.Value:
        """The kernel's index of the t-th tap from the end."""
        index = ir.IndexType.get()
        last = constant(self.first + self.step * (self.count - 1), index)
        return arith.SubIOp(last, arith.MulIOp(t, constant(self.step, index)).result).result


def _reversed_taps(weight: ir.Value, taps: Sequence[_Taps], groups: int) -> ir.Value:
    """The chosen taps of a weight, from last to first, with input and output channels of each group exchanged."""
    kh, kw, c_group, f = shape_of(weight)
    weight = expand(weight, [[0], [1], [2], [3, 4]], [kh, kw, c_group, groups, f // groups])

    def element() -> ir.Value:
        i, j, o, g, r = (linalg.IndexOp(d).result for d in range(5))
        return tensor.ExtractOp(weight, [taps[0].reversed(i), taps[1].reversed(j), r, g, o]).result

    # Not by an indexing map that counts down: IREE fails to tile those.
    shape = [taps[0].count, taps[1].count, f // groups, groups, c_group]
    exchanged = elementwise(shape, ranked(weight).element_type, [], element)
    return collapse(exchanged, [[0], [1], [2], [3, 4]])


@lowering("pock.conv2d_weight_grad")
def conv2d_weight_grad(op: Conv2dWeightGradOp) -> ir.Value:
    """For every tap, the product of what it sees of the image and of the cotangent, summed over positions."""
    window, groups = Window.of(op), op.groups.value
    n, *positions, f = shape_of(op.cotangent)
    kh, kw, c_group, _ = shape_of(op.result)
    image = padded(op.image, (kh, kw), positions, window)
    rows = []
    for i in range(kh):
        for j in range(kw):
            offsets = [i * window.dilations[0], j * window.dilations[1]]
            seen = tap(image, offsets, positions, window.strides)
            rows.append(_tap_gradient(seen, op.cotangent, groups))
    taps = [reshape(row, [1, c_group, f]) for row in rows]
    return reshape(concat(taps, 0), [kh, kw, c_group, f])


def _tap_gradient(image: ir.Value, cotangent: ir.Value, groups: int) -> ir.Value:
    n, h, w, c = shape_of(image)
    f = shape_of(cotangent)[3]
    c_group, f_group = c // groups, f // groups
    element = ranked(image).element_type
    image = expand(image, [[0], [1], [2], [3, 4]], [n, h, w, groups, c_group])
    cotangent = expand(cotangent, [[0], [1], [2], [3, 4]], [n, h, w, groups, f_group])
    out = filled([c_group, groups, f_group], element, 0.0)
    maps = [projection(6, [3, 4, 5, 1, 0]), projection(6, [3, 4, 5, 1, 2]), projection(6, [0, 1, 2])]
    (result,) = generic([image, cotangent], [out], maps, [PARALLEL] * 3 + [REDUCTION] * 3, multiply_add)
    return result
