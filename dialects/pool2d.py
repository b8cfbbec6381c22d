"""2-D pooling and its gradients, on NHWC images."""

from collections.abc import Sequence
from typing import Any

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import (
    Bool,
    I64Array,
    Pock,
    build,
    i64_array,
    ranked,
    require,
    require_float,
    require_one_element_type,
    require_same_type,
    shape_of,
    verifier,
)
from .conv2d import Window
from .traits import Pure, Windows


def _verify_pool(op: Any, image: ir.Value, output: ir.Value) -> None:
    for what, value in (("image", image), ("output", output)):
        require_float(what, value)
        require(len(shape_of(value)) == 4, f"expects {what} of rank 4, got {value.type}")
    window, kernel = Window.of(op), i64_array(op, "kernel", size=2, minimum=1)
    require(
        all(2 * p <= k for p, k in zip(window.padding, kernel, strict=True)),
        f"padding {list(window.padding)} is more than half of the kernel {kernel}",
    )
    require_one_element_type("image and output", image, output)
    n, h, w, c = shape_of(image)
    got_n, oh, ow, got_c = shape_of(output)
    require((n, c) == (got_n, got_c), f"batch and channels of {image.type} and {output.type} differ")
    for dim, (size, positions) in enumerate(((h, oh), (w, ow))):
        allowed = {window.output_size(dim, size, kernel[dim], ceil) for ceil in (False, True)}
        require(
            positions in allowed,
            f"{positions} positions along dimension {dim + 1}, "
            f"a kernel of {kernel[dim]} has {' or '.join(map(str, sorted(allowed)))}",
        )


class _Pool(Pock.Operation, traits=[Pure, Windows]):
    """What pooling ops and their gradients share."""

    kernel: I64Array
    strides: I64Array
    padding: I64Array
    dilations: I64Array


class _AvgPool(_Pool):
    count_include_pad: Bool

    linear_operands = (0,)


class MaxPool2dOp(_Pool, name="max_pool2d"):
    """The maximum over each window of `image` [N, H, W, C].

    Padding counts as -inf. The result's shape says whether sizes were rounded up or down.
    """

    image: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    @verifier
    def verify_invariants(self) -> None:
        _verify_pool(self, self.image, self.result)


class MaxPool2dGradOp(_Pool, name="max_pool2d_grad"):
    """The gradient of `pock.max_pool2d`: each window's cotangent goes to its first maximum, in row-major order (as in
    the framework).
    """

    cotangent: Operand[ir.RankedTensorType]
    image: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    @verifier
    def verify_invariants(self) -> None:
        require_same_type("image", self.image, "result", self.result)
        _verify_pool(self, self.image, self.cotangent)


class AvgPool2dOp(_AvgPool, name="avg_pool2d"):
    """The sum over each window of `image` [N, H, W, C], over its number of elements.

    With `count_include_pad` that number includes padding (but not what lies beyond it); else only elements of the image
    count.
    """

    image: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    @verifier
    def verify_invariants(self) -> None:
        _verify_pool(self, self.image, self.result)


class AvgPool2dGradOp(_AvgPool, name="avg_pool2d_grad"):
    """The gradient of `pock.avg_pool2d`: each window's cotangent, over its number of elements, goes to all of its
    elements.
    """

    cotangent: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    @verifier
    def verify_invariants(self) -> None:
        _verify_pool(self, self.result, self.cotangent)


def _pooled(image: ir.Value, kernel: Sequence[int], window: Window, ceil_mode: bool) -> ir.RankedTensorType:
    n, h, w, c = shape_of(image)
    shape = [n, window.output_size(0, h, kernel[0], ceil_mode), window.output_size(1, w, kernel[1], ceil_mode), c]
    return ir.RankedTensorType.get(shape, ranked(image).element_type)


def max_pool2d(image: ir.Value, kernel: Sequence[int], window: Window, *, ceil_mode: bool = False) -> ir.Value:
    result = _pooled(image, kernel, window, ceil_mode)
    return build("pock.max_pool2d", [result], [image], kernel=list(kernel), **window.attributes()).result


def max_pool2d_grad(op: MaxPool2dOp, cotangent: ir.Value) -> ir.Value:
    """The gradient that belongs to the forward op `op`."""
    attributes = {"kernel": op.kernel, **Window.of(op).attributes()}
    return build("pock.max_pool2d_grad", [op.image.type], [cotangent, op.image], **attributes).result


def avg_pool2d(
    image: ir.Value, kernel: Sequence[int], window: Window, *, ceil_mode: bool = False, count_include_pad: bool = True
) -> ir.Value:
    result = _pooled(image, kernel, window, ceil_mode)
    attributes = {"kernel": list(kernel), "count_include_pad": count_include_pad, **window.attributes()}
    return build("pock.avg_pool2d", [result], [image], **attributes).result


def avg_pool2d_grad(op: AvgPool2dOp, cotangent: ir.Value) -> ir.Value:
    """The gradient that belongs to the forward op `op`."""
    attributes = {"kernel": op.kernel, "count_include_pad": op.count_include_pad, **Window.of(op).attributes()}
    return build("pock.avg_pool2d_grad", [op.image.type], [cotangent], **attributes).result
