"""2-D convolution and its two gradients. Activations are NHWC, weights HWCF: the layouts that the fast kernels want."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import (
    I64Array,
    Pock,
    build,
    i64_array,
    ranked,
    require,
    require_float,
    require_one_element_type,
    shape_of,
    verifier,
)
from .traits import Contracts, Pure


@dataclass(frozen=True)
class Window:
    """How a kernel moves over an image: per spatial dimension (height, width)."""

    strides: tuple[int, ...]
    padding: tuple[int, ...]
    dilations: tuple[int, ...]

    @staticmethod
    def of(op: Any) -> "Window":
        """The window of a convolution or pooling op, from its attributes."""
        strides = i64_array(op, "strides", size=2, minimum=1)
        padding = i64_array(op, "padding", size=2, minimum=0)
        dilations = i64_array(op, "dilations", size=2, minimum=1)
        return Window(tuple(strides), tuple(padding), tuple(dilations))

    def output_size(self, dim: int, size: int, kernel: int, ceil_mode: bool = False) -> int:
        """Positions of a kernel of `kernel` taps along spatial dimension `dim` (0 or 1) of an image of `size`."""
        span = size + 2 * self.padding[dim] - self.dilations[dim] * (kernel - 1) - 1
        stride = self.strides[dim]
        count = (span + (stride - 1 if ceil_mode else 0)) // stride + 1
        # A window that would start beyond the image and its left padding is dropped (torch's rule).
        if ceil_mode and (count - 1) * stride >= size + self.padding[dim]:
            count -= 1
        return count

    def attributes(self) -> dict[str, Any]:
        return {"strides": list(self.strides), "padding": list(self.padding), "dilations": list(self.dilations)}


def _verify_shapes(op: Any, image: ir.Value, weight: ir.Value, output: ir.Value) -> None:
    for what, value in (("image", image), ("weight", weight), ("output", output)):
        require_float(what, value)
        require(len(shape_of(value)) == 4, f"expects {what} of rank 4, got {value.type}")
    window, groups = Window.of(op), op.groups.value
    n, h, w, c = shape_of(image)
    kh, kw, c_group, f = shape_of(weight)
    require(
        groups >= 1 and c % groups == 0 and f % groups == 0,
        f"{groups} groups do not divide {c} input and {f} output channels",
    )
    require(c_group == c // groups, f"weight has {c_group} input channels per group, the image has {c // groups}")
    expected = [n, window.output_size(0, h, kh), window.output_size(1, w, kw), f]
    require(min(expected[1:3]) > 0, f"kernel {kh}x{kw} is larger than the padded image of {h}x{w}")
    require(shape_of(output) == expected, f"shape of the convolution's output {shape_of(output)} is not {expected}")
    require_one_element_type("image, weight and output", image, weight, output)


def _flops(weight: ir.Value, output: ir.Value) -> int:
    """Multiplications and additions, those with the padding among them."""
    return 2 * math.prod(shape_of(weight)[:3]) * math.prod(shape_of(output))


class _Convolution(Pock.Operation, traits=[Pure, Contracts]):
    """What the convolution and its gradients share."""

    strides: I64Array
    padding: I64Array
    dilations: I64Array
    groups: ir.IntegerAttr

    linear_operands = (0, 1)


class Conv2dOp(_Convolution, name="conv2d"):
    """Cross-correlation of `image` [N, H, W, C] with `weight` [KH, KW, C / groups, F]: the result is [N, OH, OW, F].

    `padding` is symmetric and filled with zeros; output channels are grouped: channel f belongs to group f // (F /
    groups).
    """

    image: Operand[ir.RankedTensorType]
    weight: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    @verifier
    def verify_invariants(self) -> None:
        _verify_shapes(self, self.image, self.weight, self.result)

    @property
    def flops(self) -> int:
        return _flops(self.weight, self.result)


class Conv2dInputGradOp(_Convolution, name="conv2d_input_grad"):
    """The gradient of `pock.conv2d` with respect to the image: `cotangent` [N, OH, OW, F] and `weight` to [N, H, W, C].

    Also transposed convolution.
    """

    cotangent: Operand[ir.RankedTensorType]
    weight: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    @verifier
    def verify_invariants(self) -> None:
        _verify_shapes(self, self.result, self.weight, self.cotangent)

    @property
    def flops(self) -> int:
        return _flops(self.weight, self.cotangent)


class Conv2dWeightGradOp(_Convolution, name="conv2d_weight_grad"):
    """The gradient of `pock.conv2d` with respect to the weight: from `cotangent` [N, OH, OW, F] and `image` to [KH, KW,
    C / groups, F].
    """

    cotangent: Operand[ir.RankedTensorType]
    image: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    @verifier
    def verify_invariants(self) -> None:
        _verify_shapes(self, self.image, self.result, self.cotangent)

    @property
    def flops(self) -> int:
        return _flops(self.result, self.cotangent)


def conv2d(image: ir.Value, weight: ir.Value, window: Window, groups: int = 1) -> ir.Value:
    n, h, w, _ = shape_of(image)
    kh, kw, _, f = shape_of(weight)
    shape = [n, window.output_size(0, h, kh), window.output_size(1, w, kw), f]
    result = ir.RankedTensorType.get(shape, ranked(image).element_type)
    return build("pock.conv2d", [result], [image, weight], groups=groups, **window.attributes()).result


def conv2d_input_grad(
    cotangent: ir.Value, weight: ir.Value, shape: Sequence[int], window: Window, groups: int = 1
) -> ir.Value:
    """`shape` is that of the image."""
    result = ir.RankedTensorType.get(list(shape), ranked(cotangent).element_type)
    return build("pock.conv2d_input_grad", [result], [cotangent, weight], groups=groups, **window.attributes()).result


def conv2d_weight_grad(
    cotangent: ir.Value, image: ir.Value, shape: Sequence[int], window: Window, groups: int = 1
) -> ir.Value:
    """`shape` is that of the weight."""
    result = ir.RankedTensorType.get(list(shape), ranked(cotangent).element_type)
    return build("pock.conv2d_weight_grad", [result], [cotangent, image], groups=groups, **window.attributes()).result
