"""Lowering of the gradients of convolution: the image's by stride-1 convolutions, the weight's by matmuls.

IREE 3.13 compiles the matmul for every tap well (0.8-1.4 of PyTorch's time) but not im2col and one matmul (2.4-5.8), a
generic over the positions (15) or a convolution of image and cotangent (15-50).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg, tensor

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.conv2d import Conv2dInputGradOp, Conv2dWeightGradOp, Window
from pock_mlir.dialects.upstream import collapse, concat, constant, expand, extract_slice, reshape

from .conv2d import correlate, multiply_add
from .matmul import contract
from .rules import lowering
from .spatial import interleave, overlaps, padded, patches, region, tap, taps_of, tiles, unpatched
from .structured import PARALLEL, REDUCTION, elementwise, empty, filled, generic, identity_map, projection


@lowering("pock.conv2d_input_grad")
def conv2d_input_grad(op: Conv2dInputGradOp) -> ir.Value:
    window, groups, shape = Window.of(op), op.groups.value, shape_of(op.result)
    (kh, kw, c_group, f), (n, *positions, _) = shape_of(op.weight), shape_of(op.cotangent)
    if groups == 1 and tiles((kh, kw), positions, window):
        matrix = reshape(op.weight, [kh * kw * c_group, f])
        rows = contract(reshape(op.cotangent, [n * positions[0] * positions[1], f]), matrix, False, True)
        return unpatched(rows, shape, (kh, kw), positions, window)
    strides = [min(stride, size) for stride, size in zip(window.strides, shape[1:3], strict=True)]
    phases = [[_phase_gradient(op, window, (row, column)) for column in range(strides[1])] for row in range(strides[0])]
    return interleave(phases, shape, ranked(op.result).element_type)


def _phase_gradient(op: Conv2dInputGradOp, window: Window, phase: tuple[int, int]) -> ir.Value | None:
    """The gradient of the image's rows and columns that are `phase` modulo the strides; None if it is zero."""
    taps = [_PhaseTaps.of(dim, phase[dim], shape_of(op.weight)[dim], window) for dim in (0, 1)]
    if any(t.count == 0 for t in taps):
        return None
    sizes = [-(-size // stride) for size, stride in zip(shape_of(op.result)[1:3], window.strides, strict=True)]
    starts = [t.position - (t.count - 1) * t.dilation for t in taps]
    extents = [size + (t.count - 1) * t.dilation for size, t in zip(sizes, taps, strict=True)]
    if not overlaps(op.cotangent, starts, extents):
        return None
    cotangent = region(op.cotangent, starts, extents)
    weight = _reversed_taps(op.weight, taps, op.groups.value)
    return correlate(cotangent, weight, [1, 1], [t.dilation for t in taps], op.groups.value)


@dataclass(frozen=True)
class _PhaseTaps:
    """The taps of a kernel that see the image's rows q * stride + phase: tap first + t * step does in window q +
    position - t * dilation.
    """

    count: int
    first: int
    step: int
    position: int
    dilation: int

    @staticmethod
    def of(dim: int, phase: int, kernel: int, window: Window) -> _PhaseTaps:
        stride, dilation = window.strides[dim], window.dilations[dim]
        common = math.gcd(stride, dilation)
        row = phase + window.padding[dim]
        taps = [i for i in range(kernel) if (row - i * dilation) % stride == 0]
        first = taps[0] if taps else 0
        return _PhaseTaps(len(taps), first, stride // common, (row - first * dilation) // stride, dilation // common)

    def from_last(self, t: ir.Value) -> ir.Value:
        """The kernel's index of the t-th of these taps, counted from the last."""
        index = ir.IndexType.get()
        last = constant(self.first + self.step * (self.count - 1), index)
        return arith.SubIOp(last, arith.MulIOp(t, constant(self.step, index)).result).result


def _reversed_taps(weight: ir.Value, taps: Sequence[_PhaseTaps], groups: int) -> ir.Value:
    """The chosen taps of a weight, from last to first, with input and output channels of each group exchanged."""
    (kh, kw, c_group, f), element_type = shape_of(weight), ranked(weight).element_type
    weight = expand(weight, [[0], [1], [2], [3, 4]], [kh, kw, c_group, groups, f // groups])
    shape = [taps[0].count, taps[1].count, f // groups, groups, c_group]

    def element() -> ir.Value:
        i, j, o, g, r = (linalg.IndexOp(d).result for d in range(5))
        return tensor.ExtractOp(weight, [taps[0].from_last(i), taps[1].from_last(j), r, g, o]).result

    if shape[:2] == [1, 1]:
        single = [1, 1, c_group, groups, f // groups]
        weight = extract_slice(weight, [taps[0].first, taps[1].first, 0, 0, 0], single, [1] * 5)
        exchanged = linalg.transpose(weight, outs=[empty(shape, element_type)], permutation=[0, 1, 4, 3, 2]).results[0]
    else:
        # Not by an indexing map that counts down: IREE fails to tile those.
        exchanged = elementwise(shape, element_type, [], element)
    return collapse(exchanged, [[0], [1], [2], [3, 4]])


@lowering("pock.conv2d_weight_grad")
def conv2d_weight_grad(op: Conv2dWeightGradOp) -> ir.Value:
    window, groups = Window.of(op), op.groups.value
    (kh, kw, c_group, f), (n, *positions, _) = shape_of(op.result), shape_of(op.cotangent)
    rows = n * positions[0] * positions[1]
    if groups == 1 and tiles((kh, kw), positions, window):
        seen = patches(op.image, (kh, kw), positions, window)
        return reshape(contract(seen, reshape(op.cotangent, [rows, f]), True, False), shape_of(op.result))
    image = padded(op.image, (kh, kw), positions, window)
    seen = [tap(image, offset, positions, window.strides) for _, offset in taps_of((kh, kw), window.dilations)]
    if groups == 1:
        cotangent = reshape(op.cotangent, [rows, f])
        products = [contract(reshape(x, [rows, c_group]), cotangent, True, False) for x in seen]
    elif c_group == 1 and f == groups:
        products = [p for i in range(kh) for p in _sums_of_products(seen[i * kw : (i + 1) * kw], op.cotangent)]
    else:
        cotangent = _by_group(op.cotangent, groups)
        products = [_grouped_product(_by_group(x, groups), cotangent) for x in seen]
    products = [reshape(product, [1, c_group, f]) for product in products]
    return reshape(concat(products, 0) if len(products) > 1 else products[0], shape_of(op.result))


def _sums_of_products(images: Sequence[ir.Value], cotangent: ir.Value) -> list[ir.Value]:
    """For each image the sum over positions of its product with the cotangent, by channel: one pass for all images."""
    count, channel = len(images), projection(4, [3])
    outs = [filled([shape_of(cotangent)[3]], ranked(cotangent).element_type, 0.0) for _ in images]
    maps = [identity_map(4)] * (count + 1) + [channel] * count

    def body(*scalars: ir.Value) -> list[ir.Value]:
        return [multiply_add(x, scalars[count], sum_) for x, sum_ in zip(scalars, scalars[count + 1 :], strict=False)]

    return generic([*images, cotangent], outs, maps, [REDUCTION] * 3 + [PARALLEL], body)


def _by_group(x: ir.Value, groups: int) -> ir.Value:
    """An image as a matrix for each group of channels: [groups, N * H * W, channels of a group]."""
    n, h, w, c = shape_of(x)
    out = empty([groups, n, h, w, c // groups], ranked(x).element_type)
    parts = expand(x, [[0], [1], [2], [3, 4]], [n, h, w, groups, c // groups])
    moved = linalg.transpose(parts, outs=[out], permutation=[3, 0, 1, 2, 4]).results[0]
    return reshape(moved, [groups, n * h * w, c // groups])


def _grouped_product(image: ir.Value, cotangent: ir.Value) -> ir.Value:
    """One tap's gradient, [C / groups, F]."""
    product = contract(image, cotangent, True, False)
    groups, c_group, f_group = shape_of(product)
    out = empty([c_group, groups, f_group], ranked(product).element_type)
    moved = linalg.transpose(product, outs=[out], permutation=[1, 0, 2]).results[0]
    return reshape(moved, [c_group, groups * f_group])
