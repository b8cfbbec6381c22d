"""Pooling of signals: as images of height 1."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions.resize import average_rows, resample
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.conv2d import Window
from pock_mlir.dialects.pool2d import avg_pool2d, max_pool2d
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import reshape, scale

from .conv2d import TO_NCHW, TO_NHWC
from .conversion import Conversion
from .rules import torch_op


def _image(x: ir.Value) -> ir.Value:
    """[N, C, L] or [C, L] as [N, 1, L, C]."""
    *batch, channels, length = shape_of(x)
    return transpose(reshape(x, [*(batch or [1]), channels, 1, length]), TO_NHWC)


def _signal(c: Conversion, x: ir.Value) -> ir.Value:
    return reshape(transpose(x, TO_NCHW), c.shape)


@torch_op("torch.aten.max_pool1d")
def max_pool1d(c: Conversion, x, kernel, stride=(), padding=(0,), dilation=(1,), ceil_mode=False) -> ir.Value:
    window = Window((1, (list(stride) or kernel)[0]), (0, padding[0]), (1, dilation[0]))
    return _signal(c, max_pool2d(_image(x), (1, kernel[0]), window, ceil_mode=ceil_mode))


@torch_op("torch.aten.avg_pool1d")
def avg_pool1d(c: Conversion, x, kernel, stride=(), padding=(0,), ceil_mode=False, count_include_pad=True) -> ir.Value:
    window = Window((1, (list(stride) or kernel)[0]), (0, padding[0]), (1, 1))
    pooled = avg_pool2d(_image(x), (1, kernel[0]), window, ceil_mode=ceil_mode, count_include_pad=count_include_pad)
    return _signal(c, pooled)


@torch_op("torch.aten.adaptive_avg_pool1d")
def adaptive_avg_pool1d(c: Conversion, x: ir.Value, size: list[int]) -> ir.Value:
    last, length = len(shape_of(x)) - 1, shape_of(x)[-1]
    if size[0] == 1:
        return reshape(scale(reduce(x, [last]), 1.0 / length), c.shape)
    if length % size[0] == 0:
        kernel = (1, length // size[0])
        return _signal(c, avg_pool2d(_image(x), kernel, Window(kernel, (0, 0), (1, 1))))
    return resample(x, last, average_rows(length, size[0]))
