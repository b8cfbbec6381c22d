"""Convolution of a single channel: IREE folds that dimension away, and compiles what is left 10-40 times slower than a
convolution.
"""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import linalg

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.structured import pad

from .rules import adaptation


@adaptation("linalg.conv_2d_nhwc_hwcf")
def conv2d(op: linalg.Conv2DNhwcHwcfOp) -> ir.Value | None:
    """A second channel, of zeros."""
    image, weight, init = op.operation.operands
    if shape_of(image)[3] != 1:
        return None
    image = pad(image, [0, 0, 0, 0], [0, 0, 0, 1], 0.0)
    weight = pad(weight, [0, 0, 0, 0], [0, 0, 1, 0], 0.0)
    moves = {name: list(op.operation.attributes[name]) for name in ("strides", "dilations")}
    return linalg.conv_2d_nhwc_hwcf(image, weight, outs=[init], **moves)
