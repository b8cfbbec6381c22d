"""Convolution of volumes: for each tap along the depth a convolution of the slices, as images, and their sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch_mlir import ir

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.conv2d import Window, conv2d, conv2d_input_grad
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import add, extract_slice, insert_slice, reshape, zeros

TO_DEPTH_FIRST, FROM_DEPTH_FIRST = (0, 2, 3, 4, 1), (0, 4, 1, 2, 3)
ONES = [1] * 5


@dataclass(frozen=True)
class Depth:
    """How a kernel moves along the depth, and over the images."""

    stride: int
    padding: int
    dilation: int
    image: Window

    @staticmethod
    def of(stride: Sequence[int], padding: Sequence[int], dilation: Sequence[int]) -> Depth:
        image = Window(*((v[1], v[2]) for v in (stride, padding, dilation)))
        return Depth(stride[0], padding[0], dilation[0], image)


def convolution_3d(
    volume: ir.Value, weight: ir.Value, bias: ir.Value | None, depth: Depth, groups: int, shape: Sequence[int]
) -> ir.Value:
    """volume [N, C, D, H, W] by weight [F, C / groups, KD, KH, KW] to `shape` [N, F, OD, OH, OW]."""
    x = transpose(volume, TO_DEPTH_FIRST)
    n, d, h, w, c = shape_of(x)
    out = shape[2]
    if depth.padding:
        larger = zeros([n, d + 2 * depth.padding, h, w, c], ranked(x).element_type)
        x = insert_slice(x, larger, [0, depth.padding, 0, 0, 0], ONES)
    total = None
    for tap, kernel in enumerate(_kernels(weight)):
        offsets, strides = [0, tap * depth.dilation, 0, 0, 0], [1, depth.stride, 1, 1, 1]
        slices = reshape(extract_slice(x, offsets, [n, out, h, w, c], strides), [n * out, h, w, c])
        images = conv2d(slices, kernel, depth.image, groups)
        total = images if total is None else add(total, images)
    assert total is not None
    return _result(total, bias, [n, out, *shape_of(total)[1:]])


def transposed_convolution_3d(
    volume: ir.Value, weight: ir.Value, bias: ir.Value | None, depth: Depth, groups: int, shape: Sequence[int]
) -> ir.Value:
    """The gradient of `convolution_3d`: volume [N, C, D, H, W] by weight [C, F / groups, KD, KH, KW] to `shape`."""
    x = transpose(volume, TO_DEPTH_FIRST)
    n, d, h, w, c = shape_of(x)
    slices = reshape(x, [n * d, h, w, c])
    features, out, *size = shape[1:]
    taps = shape_of(weight)[2]
    span = max((d - 1) * depth.stride + (taps - 1) * depth.dilation + 1, depth.padding + out)
    total = None
    for tap, kernel in enumerate(_kernels(weight)):
        images = conv2d_input_grad(slices, kernel, [n * d, *size, features], depth.image, groups)
        empty = zeros([n, span, *size, features], ranked(x).element_type)
        placed = insert_slice(
            reshape(images, [n, d, *size, features]),
            empty,
            [0, tap * depth.dilation, 0, 0, 0],
            [1, depth.stride, 1, 1, 1],
        )
        total = placed if total is None else add(total, placed)
    assert total is not None
    kept = extract_slice(total, [0, depth.padding, 0, 0, 0], [n, out, *size, features], ONES)
    return _result(kept, bias, shape_of(kept))


def _kernels(weight: ir.Value) -> list[ir.Value]:
    """A kernel [KH, KW, I, O] for each tap along the depth of a weight [O, I, KD, KH, KW]."""
    o, i, taps, kh, kw = shape_of(weight)
    parts = [extract_slice(weight, [0, 0, tap, 0, 0], [o, i, 1, kh, kw], ONES) for tap in range(taps)]
    return [transpose(reshape(part, [o, i, kh, kw]), [2, 3, 1, 0]) for part in parts]


def _result(images: ir.Value, bias: ir.Value | None, shape: list[int]) -> ir.Value:
    if bias is not None:
        images = add(images, broadcast(bias, shape_of(images)))
    return transpose(reshape(images, shape), FROM_DEPTH_FIRST)
