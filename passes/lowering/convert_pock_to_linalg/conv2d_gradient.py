"""Lowering of the gradients of convolution: the image's by stride-1 correlations, the weight's by matmuls."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg, tensor

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.conv2d import Conv2dInputGradOp, Conv2dWeightGradOp, Window
from pock_mlir.dialects.structured import (
    PARALLEL,
    REDUCTION,
    elementwise,
    empty,
    filled,
    generic,
    identity_map,
    projection,
)
from pock_mlir.dialects.upstream import collapse, concat, constant, expand, extract_slice, reshape
from pock_mlir.passes.lowering.lowerings import alternative

from . import correlation
from .conv2d import is_depthwise
from .correlation import Correlation, multiply_add
from .matmul import contract
from .spatial import interleave, overlaps, padded, patches, region, tap, taps_of, tiles, unpatched


def _has_patches(op: Conv2dInputGradOp) -> bool:
    return op.groups.value == 1 and tiles(shape_of(op.weight)[:2], shape_of(op.cotangent)[1:3], Window.of(op))


def _has_square_phase(op: Conv2dInputGradOp) -> bool:
    """Whether some phase has taps in several rows and columns."""
    return any(min(row.count, column.count) > 1 for phases in _phases(op) for row, column in phases)


def _is_depthwise(op: Conv2dInputGradOp) -> bool:
    return is_depthwise(op.groups.value, shape_of(op.weight))


@alternative("pock.conv2d_input_grad", "patches", _has_patches)
def input_by_patches(op: Conv2dInputGradOp) -> ir.Value:
    """A product of matrices, where the windows lie side by side."""
    (kh, kw, c, f), (n, *positions, _) = shape_of(op.weight), shape_of(op.cotangent)
    matrix = reshape(op.weight, [kh * kw * c, f])
    rows = contract(reshape(op.cotangent, [n * positions[0] * positions[1], f]), matrix, False, True)
    return unpatched(rows, shape_of(op.result), (kh, kw), positions, Window.of(op))


@alternative("pock.conv2d_input_grad", "per-tap")
def input_per_tap(op: Conv2dInputGradOp) -> ir.Value:
    return _by_phases(op, correlation.per_tap)


@alternative("pock.conv2d_input_grad", "convolution", _has_square_phase)
def input_convolution(op: Conv2dInputGradOp) -> ir.Value:
    """Per tap for phases whose taps are a single row or column: they are no convolution in two dimensions."""
    return _by_phases(op, correlation.convolution, correlation.per_tap)


@alternative("pock.conv2d_input_grad", "depthwise-per-tap", _is_depthwise)
def depthwise_input_per_tap(op: Conv2dInputGradOp) -> ir.Value:
    return _by_phases(op, correlation.depthwise_per_tap)


@alternative("pock.conv2d_input_grad", "depthwise-convolution", lambda op: _is_depthwise(op) and _has_square_phase(op))
def depthwise_input_convolution(op: Conv2dInputGradOp) -> ir.Value:
    return _by_phases(op, correlation.depthwise_convolution, correlation.depthwise_per_tap)


def _by_phases(op: Conv2dInputGradOp, form: Correlation, of_lines: Correlation | None = None) -> ir.Value:
    """By phase a correlation of stride 1, in the form `of_lines` where its taps are a single row or column."""

    def gradient(row: _PhaseTaps, column: _PhaseTaps) -> ir.Value | None:
        is_line = min(row.count, column.count) == 1
        return _phase_gradient(op, (row, column), of_lines if is_line and of_lines is not None else form)

    gradients = [[gradient(*taps) for taps in phases] for phases in _phases(op)]
    return interleave(gradients, shape_of(op.result), ranked(op.result).element_type)


def _phases(op: Conv2dInputGradOp) -> list[list[tuple[_PhaseTaps, _PhaseTaps]]]:
    """For the image's rows and columns, modulo the strides, the taps that see them."""
    window, kernel = Window.of(op), shape_of(op.weight)[:2]
    counts = [min(stride, size) for stride, size in zip(window.strides, shape_of(op.result)[1:3], strict=True)]
    rows, columns = ([_PhaseTaps.of(dim, phase, kernel[dim], window) for phase in range(counts[dim])] for dim in (0, 1))
    return [[(row, column) for column in columns] for row in rows]


def _phase_gradient(op: Conv2dInputGradOp, taps: Sequence[_PhaseTaps], form: Correlation) -> ir.Value | None:
    """The gradient of the image's rows and columns that some taps see; None if it is zero."""
    if any(t.count == 0 for t in taps):
        return None
    strides, groups = Window.of(op).strides, op.groups.value
    sizes = [-(-size // stride) for size, stride in zip(shape_of(op.result)[1:3], strides, strict=True)]
    starts = [t.position - (t.count - 1) * t.dilation for t in taps]
    extents = [size + (t.count - 1) * t.dilation for size, t in zip(sizes, taps, strict=True)]
    if not overlaps(op.cotangent, starts, extents):
        return None
    cotangent = region(op.cotangent, starts, extents)
    return form(cotangent, _reversed_taps(op.weight, taps, groups), [1, 1], [t.dilation for t in taps], groups)


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
        # Not by an indexing map that counts down: compilers (IREE's, for one) fail to tile those.
        exchanged = elementwise(shape, element_type, [], element)
    return collapse(exchanged, [[0], [1], [2], [3, 4]])


def _weight_has_patches(op: Conv2dWeightGradOp) -> bool:
    return op.groups.value == 1 and tiles(shape_of(op.result)[:2], shape_of(op.cotangent)[1:3], Window.of(op))


def _weight_is_depthwise(op: Conv2dWeightGradOp) -> bool:
    return is_depthwise(op.groups.value, shape_of(op.result))


@alternative("pock.conv2d_weight_grad", "patches", _weight_has_patches)
def weight_by_patches(op: Conv2dWeightGradOp) -> ir.Value:
    """A product of matrices, where the windows lie side by side."""
    seen = patches(op.image, shape_of(op.result)[:2], shape_of(op.cotangent)[1:3], Window.of(op))
    return reshape(contract(seen, _as_matrix(op.cotangent), True, False), shape_of(op.result))


@alternative("pock.conv2d_weight_grad", "per-tap")
def weight_per_tap(op: Conv2dWeightGradOp) -> ir.Value:
    """A product of matrices for every tap of the kernel; for several groups, of stacks of matrices."""
    groups = op.groups.value
    if groups == 1:
        cotangent = _as_matrix(op.cotangent)
        return _stacked(op, [contract(_as_matrix(x), cotangent, True, False) for x in _seen_by_taps(op)])
    cotangent = _by_group(op.cotangent, groups)
    return _stacked(op, [_grouped_product(_by_group(x, groups), cotangent) for x in _seen_by_taps(op)])


@alternative("pock.conv2d_weight_grad", "depthwise-per-tap", _weight_is_depthwise)
def depthwise_weight_per_tap(op: Conv2dWeightGradOp) -> ir.Value:
    """Sums of products, the taps of a row of the kernel together."""
    seen, (kh, kw) = _seen_by_taps(op), shape_of(op.result)[:2]
    return _stacked(op, [p for _ in range(kh) for p in _sums_of_products(list(islice(seen, kw)), op.cotangent)])


def _seen_by_taps(op: Conv2dWeightGradOp) -> Iterator[ir.Value]:
    """What each tap of the kernel sees of the image, made one by one: each is a copy that is to live for one product.

    The image is padded anew, and by a row more: the same as in the forward pass would be held from there on.
    """
    window, kernel, positions = Window.of(op), shape_of(op.result)[:2], shape_of(op.cotangent)[1:3]
    image = padded(op.image, kernel, positions, window, rows_more=1)
    for _, offset in taps_of(kernel, window.dilations):
        yield tap(image, offset, positions, window.strides)


def _as_matrix(image: ir.Value) -> ir.Value:
    """A row for each pixel."""
    n, h, w, c = shape_of(image)
    return reshape(image, [n * h * w, c])


def _stacked(op: Conv2dWeightGradOp, products: Sequence[ir.Value]) -> ir.Value:
    """The gradients of all taps as one."""
    products = [reshape(product, [1, *shape_of(op.result)[2:]]) for product in products]
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
