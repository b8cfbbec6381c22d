"""Losses."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.cross_entropy import cross_entropy
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import constant, mul, reshape, scale, sub

from .conversion import Conversion, Unsupported
from .rules import torch_op

REDUCTIONS = ("none", "mean", "sum")


@torch_op("torch.aten.cross_entropy_loss")
def cross_entropy_loss(
    c: Conversion, logits, target, weight=None, reduction=1, ignore_index=-100, label_smoothing=0.0
) -> ir.Value:
    """Logits [N, C, d...] and targets [N, d...] become rows: [N d..., C] and [N d...]."""
    if isinstance(ranked(target).element_type, ir.FloatType):
        raise Unsupported("targets that are class probabilities")
    shape, positions = shape_of(logits), shape_of(target)
    classes = shape[0] if len(shape) == 1 else shape[1]
    if len(shape) > 2:
        logits = transpose(logits, [0, *range(2, len(shape)), 1])
    count = 1
    for size in positions:
        count *= size
    if weight is None:
        weight = constant(1.0, ir.RankedTensorType.get([classes], ranked(logits).element_type))
    loss = cross_entropy(
        reshape(logits, [count, classes]),
        reshape(target, [count]),
        weight,
        reduction=REDUCTIONS[reduction],
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
    )
    return reshape(loss, c.shape)


def _reduced(c: Conversion, x: ir.Value, reduction: int) -> ir.Value:
    if REDUCTIONS[reduction] == "none":
        return x
    total = reduce(x, list(range(len(shape_of(x)))))
    if REDUCTIONS[reduction] == "sum":
        return total
    count = 1
    for size in shape_of(x):
        count *= size
    return scale(total, 1.0 / count)


@torch_op("torch.aten.mse_loss")
def mse_loss(c: Conversion, x: ir.Value, target: ir.Value, reduction: int = 1) -> ir.Value:
    """Composed of arithmetic: its gradient and lowering are theirs."""
    difference = sub(x, target)
    return _reduced(c, mul(difference, difference), reduction)
