"""Convolutions.

The program's NCHW images become NHWC around each op, its FCHW weights HWCF; neighbouring transpositions cancel later.
"""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions.conv3d import Depth, convolution_3d, transposed_convolution_3d
from pock_mlir.compositions.unsupported import Unsupported
from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.conv2d import Window, conv2d, conv2d_input_grad
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import add, insert_slice, reshape, zeros

from .conversion import Conversion
from .rules import torch_op

TO_NHWC, TO_NCHW, TO_HWCF = (0, 2, 3, 1), (0, 3, 1, 2), (2, 3, 1, 0)


@torch_op("torch.aten.convolution", "torch.aten._convolution")
def convolution(
    c: Conversion,
    image: ir.Value,
    weight: ir.Value,
    bias: ir.Value | None,
    stride: list[int],
    padding: list[int],
    dilation: list[int],
    transposed: bool,
    output_padding: list[int],
    groups: int,
    *options: object,
) -> ir.Value:
    image = _batched(image, weight)
    spatial = len(shape_of(image)) - 2
    if spatial not in (1, 2, 3):
        raise Unsupported(f"convolution over {spatial} dimensions")
    stride, padding, dilation = (_per_dimension(v, spatial) for v in (stride, padding, dilation))
    if spatial == 3:
        depth, shape = Depth.of(stride, padding, dilation), [shape_of(image)[0], *c.shape[-4:]]
        if transposed:
            image = _with_room(image, weight, depth.image, shape[3:])
            result = transposed_convolution_3d(image, weight, bias, depth, groups, shape)
        else:
            result = convolution_3d(image, weight, bias, depth, groups, shape)
        return reshape(result, c.shape)
    if spatial == 1:
        image, weight = (reshape(v, [*shape_of(v)[:2], 1, shape_of(v)[2]]) for v in (image, weight))
    window = _window_2d(stride, padding, dilation)
    size = [1, *c.shape[-spatial:]][-2:]
    if transposed:
        image = _with_room(image, weight, window, size)
    image, weight = transpose(image, TO_NHWC), transpose(weight, TO_HWCF)
    if transposed:
        shape = [shape_of(image)[0], *size, c.shape[-1 - spatial]]
        result = conv2d_input_grad(image, weight, shape, window, groups)
    else:
        result = conv2d(image, weight, window, groups)
    if bias is not None:
        result = add(result, broadcast(bias, shape_of(result)))
    return reshape(transpose(result, TO_NCHW), c.shape)


def _with_room(image: ir.Value, weight: ir.Value, window: Window, size: list[int]) -> ir.Value:
    """An output padding of the stride or more has room for further steps of the kernel: they are over zeros."""
    steps = [window.output_size(d, size[d], shape_of(weight)[d - 2]) for d in (0, 1)]
    missing = [step - n for step, n in zip(steps, shape_of(image)[-2:], strict=True)]
    return _zeros_behind(image, [0] * (len(shape_of(image)) - 4) + missing)


def _per_dimension(values: list[int], spatial: int) -> list[int]:
    return values * spatial if len(values) == 1 else values


def _window_2d(stride: list[int], padding: list[int], dilation: list[int]) -> Window:
    """A window over two dimensions; a 1-D one gets a height of 1."""
    if len(stride) == 1:
        stride, padding, dilation = [1, *stride], [0, *padding], [1, *dilation]
    return Window(tuple(stride), tuple(padding), tuple(dilation))


def _batched(image: ir.Value, weight: ir.Value) -> ir.Value:
    """A single image or signal as a batch of one."""
    return image if len(shape_of(image)) == len(shape_of(weight)) else reshape(image, [1, *shape_of(image)])


@torch_op("torch.aten.conv3d", "torch.aten.conv2d", "torch.aten.conv1d")
def conv(c: Conversion, image, weight, bias=None, stride=(1,), padding=(0,), dilation=(1,), groups=1) -> ir.Value:
    return convolution(c, image, weight, bias, list(stride), list(padding), list(dilation), False, [0], groups)


@torch_op("torch.aten.conv3d.padding", "torch.aten.conv2d.padding", "torch.aten.conv1d.padding")
def conv_named_padding(
    c: Conversion, image, weight, bias=None, stride=(1,), padding="valid", dilation=(1,), groups=1
) -> ir.Value:
    image = _batched(image, weight)
    spatial = len(shape_of(image)) - 2
    dilation = _per_dimension(list(dilation), spatial)
    amounts = [0] * spatial
    if padding == "same":
        spans = [d * (k - 1) for d, k in zip(dilation, shape_of(weight)[2:], strict=True)]
        amounts = [span // 2 for span in spans]
        # Even kernels need one zero more behind.
        image = _zeros_behind(image, [span % 2 for span in spans])
    return convolution(c, image, weight, bias, list(stride), amounts, dilation, False, [0], groups)


def _zeros_behind(image: ir.Value, more: list[int]) -> ir.Value:
    """The NCHW image with so many zeros behind its last elements, per spatial dimension."""
    shape = shape_of(image)
    if not any(more):
        return image
    larger = shape[:2] + [s + m for s, m in zip(shape[2:], more, strict=True)]
    return insert_slice(image, zeros(larger, ranked(image).element_type), [0] * len(shape), [1] * len(shape))


@torch_op("torch.aten.conv_transpose3d.input", "torch.aten.conv_transpose2d.input", "torch.aten.conv_transpose1d")
def conv_transpose(
    c: Conversion, image, weight, bias=None, stride=(1,), padding=(0,), output_padding=(0,), groups=1, dilation=(1,)
) -> ir.Value:
    return convolution(
        c, image, weight, bias, list(stride), list(padding), list(dilation), True, list(output_padding), groups
    )
