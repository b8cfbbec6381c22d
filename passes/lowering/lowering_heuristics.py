"""What an op is lowered by unless something else is chosen, where several alternatives apply.

How IREE 3.13 compiles the forms of a convolution for x86, as ratios of time to PyTorch (with AVX-512; with AVX2 only):

- the named convolution 0.9-1.1; 2.4-5 (40 where 4 does not divide the columns), 1.0-1.8 with a lowering config of its
  own. With few columns 1.4-2.2. With a dimension of size 1 in the kernel or the image 10-40: that dimension is folded
  away, and what is left is no convolution to IREE.
- a matmul for every tap, accumulated: 1.3-1.8; 1.3-2.0.
- im2col and one matmul: 1.2-2.4; 1.3-4, and many times the memory.
- for groups, a generic with a dimension of groups: 10-25.

And of its weight's gradient: the matmul for every tap 0.8-1.4, im2col and one matmul 2.4-5.8, a generic over the
positions 15, a convolution of image and cotangent 15-50.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.conv2d import Conv2dInputGradOp, Conv2dOp, Conv2dWeightGradOp, Window
from pock_mlir.dialects.matmul import MatmulOp
from pock_mlir.dialects.normalize import NormalizeOp
from pock_mlir.passes.machinery.rules import RuleTable

FEW_COLUMNS = 4
"""Up to so many output columns a matmul per tap is faster than the named convolution."""

heuristic = RuleTable("heuristic")
"""`@heuristic("pock.matmul") def matmul(op: MatmulOp, names: Sequence[str]) -> str`: the name to take of the
alternatives that apply to `op`."""


def by_heuristic(op: ir.OpView, names: Sequence[str]) -> str:
    """The default chooser."""
    rule = heuristic.get(op.operation.name)
    assert rule is not None, f"'{op.operation.name}' has alternatives but no heuristic"
    return rule(op, names)


@heuristic("pock.conv2d")
def conv2d(op: Conv2dOp, names: Sequence[str]) -> str:
    (*kernel, _, _), (_, rows, columns, _) = shape_of(op.weight), shape_of(op.result)
    if "patches" in names:
        return "patches"
    if "depthwise-convolution" in names:
        return "depthwise-convolution" if min(*kernel, rows, columns) > 1 else "depthwise-per-tap"
    return "convolution" if min(*kernel, rows) > 1 and columns > FEW_COLUMNS else "per-tap"


@heuristic("pock.conv2d_input_grad")
def conv2d_input_grad(op: Conv2dInputGradOp, names: Sequence[str]) -> str:
    """As for a convolution of one phase."""
    sizes, strides = shape_of(op.result)[1:3], Window.of(op).strides
    rows, columns = (-(-size // stride) for size, stride in zip(sizes, strides, strict=True))
    if "patches" in names:
        return "patches"
    if "depthwise-per-tap" in names:
        worthwhile = "depthwise-convolution" in names and min(rows, columns) > 1
        return "depthwise-convolution" if worthwhile else "depthwise-per-tap"
    worthwhile = "convolution" in names and rows > 1 and columns > FEW_COLUMNS
    return "convolution" if worthwhile else "per-tap"


@heuristic("pock.conv2d_weight_grad")
def conv2d_weight_grad(op: Conv2dWeightGradOp, names: Sequence[str]) -> str:
    return next(name for name in ("patches", "depthwise-per-tap", "per-tap") if name in names)


@heuristic("pock.matmul")
def matmul(op: MatmulOp, names: Sequence[str]) -> str:
    return "matmul" if "matmul" in names else "batch-matmul"


@heuristic("pock.normalize")
def normalize(op: NormalizeOp, names: Sequence[str]) -> str:
    """Columns (the last dimension is kept) in two sums: each is shorter, and there are more to share among threads."""
    return "at-once" if op.dims[len(op.dims) - 1] == len(shape_of(op.x)) - 1 else "in-two-sums"
