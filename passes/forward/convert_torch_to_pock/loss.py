"""Losses."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions import loss
from pock_mlir.compositions.loss import Reduction
from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.upstream import scale

from .conversion import Conversion
from .rules import torch_op

REDUCTIONS: tuple[Reduction, ...] = ("none", "mean", "sum")
"""By torch's numbers for them."""


@torch_op("torch.aten.cross_entropy_loss")
def cross_entropy_loss(
    c: Conversion, logits, target, weight=None, reduction=1, ignore_index=-100, label_smoothing=0.0
) -> ir.Value:
    how = REDUCTIONS[reduction]
    if isinstance(ranked(target).element_type, ir.FloatType):
        target = c.tensor(target, shape=shape_of(logits))
        return loss.cross_entropy_of_probabilities(logits, target, weight, how, label_smoothing)
    return loss.cross_entropy_of_classes(logits, target, weight, how, ignore_index, label_smoothing)


def _alike(c: Conversion, x: ir.Value, target: ir.Value) -> tuple[ir.Value, ir.Value]:
    """Output and target, which may have another dtype, in the type of the loss."""
    return c.cast(x, c.element), c.cast(target, c.element)


@torch_op("torch.aten.mse_loss")
def mse_loss(c: Conversion, x: ir.Value, target: ir.Value, reduction: int = 1) -> ir.Value:
    return loss.squared_error(*_alike(c, x, target), REDUCTIONS[reduction])


@torch_op("torch.aten.l1_loss")
def l1_loss(c: Conversion, x: ir.Value, target: ir.Value, reduction: int = 1) -> ir.Value:
    return loss.absolute_error(*_alike(c, x, target), REDUCTIONS[reduction])


@torch_op("torch.aten.huber_loss")
def huber_loss(c: Conversion, x: ir.Value, target: ir.Value, reduction: int = 1, delta: float = 1.0) -> ir.Value:
    return loss.huber(*_alike(c, x, target), REDUCTIONS[reduction], delta)


@torch_op("torch.aten.smooth_l1_loss")
def smooth_l1_loss(c: Conversion, x: ir.Value, target: ir.Value, reduction: int = 1, beta: float = 1.0) -> ir.Value:
    """Huber's loss over beta."""
    if beta == 0:
        return l1_loss(c, x, target, reduction)
    return scale(huber_loss(c, x, target, reduction, beta), 1.0 / beta)


@torch_op("torch.aten.binary_cross_entropy")
def binary_cross_entropy(
    c: Conversion, x: ir.Value, target: ir.Value, weight: ir.Value | None = None, reduction: int = 1
) -> ir.Value:
    return loss.binary_cross_entropy(x, target, weight, REDUCTIONS[reduction])


@torch_op("torch.aten.binary_cross_entropy_with_logits")
def binary_cross_entropy_with_logits(
    c: Conversion, x: ir.Value, target: ir.Value, weight=None, positive_weight=None, reduction: int = 1
) -> ir.Value:
    x, target = _alike(c, x, target)
    return loss.binary_cross_entropy_of_logits(x, target, weight, positive_weight, REDUCTIONS[reduction])


@torch_op("torch.aten.nll_loss_nd")
def nll_loss(c: Conversion, x: ir.Value, target: ir.Value, weight=None, reduction=1, ignore_index=-100) -> ir.Value:
    return loss.negative_log_likelihood(x, target, weight, REDUCTIONS[reduction], ignore_index)
