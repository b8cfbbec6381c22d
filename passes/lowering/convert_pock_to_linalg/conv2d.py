"""Lowering of convolution, on an explicitly padded image."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.conv2d import Conv2dOp, Window
from pock_mlir.dialects.upstream import reshape
from pock_mlir.passes.lowering.lowerings import alternative

from . import correlation
from .matmul import contract
from .spatial import padded, patches, tiles


def is_depthwise(groups: int, weight: list[int]) -> bool:
    """Whether each channel is a group of its own and has one filter; `weight` is the weight's shape."""
    return groups > 1 and weight[2] == 1 and weight[3] == groups


def _has_patches(op: Conv2dOp) -> bool:
    return op.groups.value == 1 and tiles(shape_of(op.weight)[:2], shape_of(op.result)[1:3], Window.of(op))


def _is_depthwise(op: Conv2dOp) -> bool:
    return is_depthwise(op.groups.value, shape_of(op.weight))


@alternative("pock.conv2d", "patches", _has_patches)
def by_patches(op: Conv2dOp) -> ir.Value:
    """A product of matrices, where the windows lie side by side."""
    window, shape = Window.of(op), shape_of(op.result)
    rows = patches(op.image, shape_of(op.weight)[:2], shape[1:3], window)
    matrix = reshape(op.weight, [shape_of(rows)[1], shape[3]])
    return reshape(contract(rows, matrix, False, False), shape)


@alternative("pock.conv2d", "per-tap")
def per_tap(op: Conv2dOp) -> ir.Value:
    return _correlated(op, correlation.per_tap)


@alternative("pock.conv2d", "convolution")
def convolution(op: Conv2dOp) -> ir.Value:
    return _correlated(op, correlation.convolution)


@alternative("pock.conv2d", "depthwise-per-tap", _is_depthwise)
def depthwise_per_tap(op: Conv2dOp) -> ir.Value:
    return _correlated(op, correlation.depthwise_per_tap)


@alternative("pock.conv2d", "depthwise-convolution", _is_depthwise)
def depthwise_convolution(op: Conv2dOp) -> ir.Value:
    return _correlated(op, correlation.depthwise_convolution)


def _correlated(op: Conv2dOp, form: correlation.Correlation) -> ir.Value:
    window = Window.of(op)
    image = padded(op.image, shape_of(op.weight)[:2], shape_of(op.result)[1:3], window)
    return form(image, op.weight, window.strides, window.dilations, op.groups.value)
