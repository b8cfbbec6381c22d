"""Lowering of the gradients of pooling, which gather.

An image row h = q * stride + phase is seen by window q - t at offset phase + padding + t * stride from the window's
first row, for the few t (negative ones too) that give offsets below the kernel's extent. So each element sums over
shifted cotangents, one for every t.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.conv2d import Window
from pock_mlir.dialects.pool2d import AvgPool2dGradOp, MaxPool2dGradOp
from pock_mlir.dialects.structured import PARALLEL, elementwise, empty, generic, identity_map, projection
from pock_mlir.dialects.upstream import collapse, constant, extract_slice
from pock_mlir.passes.lowering.lowerings import lowering

from .pool2d import over_counts
from .spatial import SPLIT, padded, region, span, tap, taps_of

CHUNK = 16
"""The most taps that one op combines."""


@lowering("pock.avg_pool2d_grad")
def avg_pool2d_grad(op: AvgPool2dGradOp) -> ir.Value:
    axes = _Axis.of(op)
    shares = over_counts(op.cotangent, shape_of(op.result), op)

    def gather(rows: _Offsets, columns: _Offsets, share: ir.Value) -> ir.Value:
        seen = _both(axes[0].is_tap(rows), axes[1].is_tap(columns))
        return share if seen is None else arith.SelectOp(seen, share, constant(0.0, share.type)).result

    return _gathered(axes, shape_of(op.result), [shares], gather)


@lowering("pock.max_pool2d_grad")
def max_pool2d_grad(op: MaxPool2dGradOp) -> ir.Value:
    axes = _Axis.of(op)
    maxima = _first_maxima(op, axes)

    def gather(rows: _Offsets, columns: _Offsets, cotangent: ir.Value, maximum: ir.Value) -> ir.Value:
        is_maximum = arith.CmpIOp(arith.CmpIPredicate.eq, maximum, _code(axes, rows.value(), columns.value())).result
        return arith.SelectOp(is_maximum, cotangent, constant(0.0, cotangent.type)).result

    return _gathered(axes, shape_of(op.result), [op.cotangent, maxima], gather)


def _first_maxima(op: MaxPool2dGradOp, axes: Sequence[_Axis]) -> ir.Value:
    """For every window the code of its first maximum or last NaN; of its first element in the image if all are -inf."""
    window, kernel, shape = Window.of(op), list(op.kernel), shape_of(op.cotangent)
    element, i32 = ranked(op.image).element_type, ir.IntegerType.get_signless(32)
    image = padded(op.image, kernel, shape[1:3], window, -math.inf)
    offsets = [offset for _, offset in taps_of(kernel, window.dilations)]
    best: list[ir.Value] = []
    for start in range(0, len(offsets), CHUNK):
        chunk = offsets[start : start + CHUNK]
        seen = [tap(image, offset, shape[1:3], window.strides) for offset in chunk]

        def choose(*scalars: ir.Value, chunk: Sequence[tuple[int, int]] = chunk) -> list[ir.Value]:
            values, known = scalars[: len(chunk)], scalars[len(chunk) : -2]
            largest, code = known or (constant(-math.inf, element), _first_code(axes))
            for offset, value in zip(chunk, values, strict=True):
                larger = arith.CmpFOp(arith.CmpFPredicate.OGT, value, largest).result
                is_nan = arith.CmpFOp(arith.CmpFPredicate.UNO, value, value).result
                better = arith.OrIOp(larger, is_nan).result
                largest = arith.SelectOp(better, value, largest).result
                code = arith.SelectOp(better, constant(offset[0] * axes[1].base + offset[1], i32), code).result
            return [largest, code]

        outputs = [empty(shape, element), empty(shape, i32)]
        maps = [identity_map(4)] * (len(seen) + len(best) + 2)
        best = generic([*seen, *best], outputs, maps, [PARALLEL] * 4, choose)
    return best[1]


def _first_code(axes: Sequence[_Axis]) -> ir.Value:
    """The code of a window's first tap in the image. Inside of a structured op over windows."""
    return _code(axes, *(axis.first_offset(1 + dim) for dim, axis in enumerate(axes)))


def _code(axes: Sequence[_Axis], row: ir.Value, column: ir.Value) -> ir.Value:
    """The offset of a tap in a window as one number, another one for every offset that occurs."""
    code = arith.AddIOp(arith.MulIOp(row, constant(axes[1].base, row.type)).result, column).result
    return arith.IndexCastOp(ir.IntegerType.get_signless(32), code).result


def _gathered(
    axes: Sequence[_Axis], shape: Sequence[int], sources: Sequence[ir.Value], gather: Callable[..., ir.Value]
) -> ir.Value:
    """The image whose elements are sums, over the windows that may see them, of `gather(row offset, column offset,
    *elements of sources)`.
    """
    element = ranked(sources[0]).element_type
    n, _, _, c = shape
    blocks = [n, axes[0].blocks, axes[0].stride, axes[1].blocks, axes[1].stride, c]
    starts = [-axis.shifts[-1] for axis in axes]
    sizes = [axis.blocks + len(axis.shifts) - 1 for axis in axes]
    sources = [region(source, starts, sizes) for source in sources]
    shifts = [(t, u) for t in axes[0].shifts for u in axes[1].shifts]
    window_of = projection(6, [0, 1, 3, 5])
    total: list[ir.Value] = []
    for start in range(0, len(shifts), CHUNK):
        chunk = shifts[start : start + CHUNK]
        views = []
        for t, u in chunk:
            offset = [axes[0].shifts[-1] - t, axes[1].shifts[-1] - u]
            views += [tap(source, offset, [axes[0].blocks, axes[1].blocks], [1, 1]) for source in sources]

        def accumulate(*scalars: ir.Value, chunk: Sequence[tuple[int, int]] = chunk) -> ir.Value:
            count = len(sources)
            terms = [
                gather(_Offsets(axes[0], 2, t), _Offsets(axes[1], 4, u), *scalars[i * count : (i + 1) * count])
                for i, (t, u) in enumerate(chunk)
            ]
            sum_ = None if len(scalars) == len(chunk) * count else scalars[-1]
            for term in terms:
                sum_ = term if sum_ is None else arith.AddFOp(sum_, term).result
            return sum_

        maps = [window_of] * len(views) + [identity_map(6)] * len(total)
        total = [elementwise(blocks, element, [*views, *total], accumulate, maps)]
    image = collapse(total[0], SPLIT)
    return image if shape_of(image) == list(shape) else extract_slice(image, [0, 0, 0, 0], list(shape), [1, 1, 1, 1])


@dataclass(frozen=True)
class _Axis:
    """One spatial dimension of a gradient, its image in blocks of as many rows as the stride."""

    stride: int
    padding: int
    dilation: int
    extent: int
    """Rows that a window stretches over."""
    blocks: int
    shifts: tuple[int, ...]
    """All t such that window q - t sees some row of block q, ascending."""

    @staticmethod
    def of(op: MaxPool2dGradOp | AvgPool2dGradOp) -> list[_Axis]:
        window, axes = Window.of(op), []
        for dim in (0, 1):
            size, positions = shape_of(op.result)[1 + dim], shape_of(op.cotangent)[1 + dim]
            padding, extent = window.padding[dim], span(op.kernel[dim], window.dilations[dim])
            # The stride of a single window does not matter: this one makes a single block.
            stride = size if positions == 1 else window.strides[dim]
            blocks = -(-size // stride)
            first, last = -((padding + stride - 1) // stride), (extent - 1 - padding) // stride
            shifts = tuple(t for t in range(first, last + 1) if -positions < t < blocks)
            axes.append(_Axis(stride, padding, window.dilations[dim], extent, blocks, shifts))
        return axes

    @property
    def base(self) -> int:
        """More than the difference of any two offsets that occur along this dimension."""
        return self.extent + 2 * self.stride

    def first_offset(self, dim: int) -> ir.Value:
        """The offset of the first tap in the image; the window's position is index `dim` of the structured op."""
        index = ir.IndexType.get()
        if self.padding == 0:
            return constant(0, index)
        begin = arith.MulIOp(linalg.IndexOp(dim).result, constant(self.stride, index)).result
        before = arith.MaxSIOp(arith.SubIOp(constant(self.padding, index), begin).result, constant(0, index)).result
        if self.dilation == 1:
            return before
        step = constant(self.dilation, index)
        return arith.MulIOp(arith.CeilDivSIOp(before, step).result, step).result

    def is_tap(self, offsets: _Offsets) -> ir.Value | None:
        """Whether an offset in a window is that of a tap; None where it always is."""
        index = ir.IndexType.get()
        conditions = []
        if offsets.least < 0:
            conditions.append((arith.CmpIPredicate.sge, offsets.value(), constant(0, index)))
        if offsets.least + self.stride > self.extent:
            conditions.append((arith.CmpIPredicate.slt, offsets.value(), constant(self.extent, index)))
        if self.dilation > 1:
            rest = arith.RemSIOp(offsets.value(), constant(self.dilation, index)).result
            conditions.append((arith.CmpIPredicate.eq, rest, constant(0, index)))
        result = None
        for condition in conditions:
            result = _both(result, arith.CmpIOp(*condition).result)
        return result


@dataclass(frozen=True)
class _Offsets:
    """The offsets in window q - shift of the rows of block q.

    `dim` is the structured op's dimension of rows in a block.
    """

    axis: _Axis
    dim: int
    shift: int

    @property
    def least(self) -> int:
        return self.axis.padding + self.shift * self.axis.stride

    def value(self) -> ir.Value:
        return arith.AddIOp(linalg.IndexOp(self.dim).result, constant(self.least, ir.IndexType.get())).result


def _both(a: ir.Value | None, b: ir.Value | None) -> ir.Value | None:
    if a is None or b is None:
        return b if a is None else a
    return arith.AndIOp(a, b).result
