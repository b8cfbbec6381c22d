"""Losses of outputs and targets of one type, reduced to a number, or not at all.

`reduction`: "mean", "sum" or "none".
"""

from __future__ import annotations

import math as pymath
from typing import Literal

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.cross_entropy import cross_entropy
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.softmax import log_softmax
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import add, constant, div, exp, greater, mul, neg, reshape, scale, select, shift, sub
from pock_mlir.dialects.with_slope import with_slopes

from .cast import cast, fitted
from .dense import dense_integers

Reduction = Literal["none", "mean", "sum"]


def reduced(losses: ir.Value, reduction: Reduction) -> ir.Value:
    if reduction == "none":
        return losses
    total = reduce(losses, list(range(len(shape_of(losses)))))
    return total if reduction == "sum" else scale(total, 1.0 / pymath.prod(shape_of(losses)))


def cross_entropy_of_classes(
    logits: ir.Value,
    target: ir.Value,
    weight: ir.Value | None = None,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> ir.Value:
    """-weight[t] log softmax(logits)[t] of logits [N, C, d...] or [C] and classes t [N, d...] or []."""
    rows, targets = _as_rows(logits, target)
    if weight is None:
        weight = constant(1.0, ir.RankedTensorType.get(shape_of(rows)[1:], ranked(logits).element_type))
    loss = cross_entropy(
        rows, targets, weight, reduction=reduction, ignore_index=ignore_index, label_smoothing=label_smoothing
    )
    return reshape(loss, shape_of(target) if reduction == "none" else [])


def cross_entropy_of_probabilities(
    logits: ir.Value,
    target: ir.Value,
    weight: ir.Value | None = None,
    reduction: Reduction = "mean",
    label_smoothing: float = 0.0,
) -> ir.Value:
    """-sum over classes of weight * target * log softmax(logits), both [N, C, d...] or [C]; the mean is over samples,
    whatever the weights.
    """
    axis = 0 if len(shape_of(logits)) == 1 else 1
    classes = shape_of(logits)[axis]
    if label_smoothing:
        target = shift(scale(target, 1.0 - label_smoothing), label_smoothing / classes)
    if weight is not None:
        column = reshape(weight, [classes] + [1] * (len(shape_of(logits)) - axis - 1))
        target = mul(target, broadcast(column, shape_of(logits)))
    losses = neg(reduce(mul(target, log_softmax(logits, axis)), [axis]))
    return reduced(losses, reduction)


def _as_rows(x: ir.Value, target: ir.Value) -> tuple[ir.Value, ir.Value]:
    """Values [N, C, d...] and targets [N, d...] as rows: [N d..., C] and [N d...]."""
    shape, count = shape_of(x), pymath.prod(shape_of(target))
    classes = shape[0] if len(shape) == 1 else shape[1]
    if len(shape) > 2:
        x = transpose(x, [0, *range(2, len(shape)), 1])
    return reshape(x, [count, classes]), reshape(target, [count])


def squared_error(x: ir.Value, target: ir.Value, reduction: Reduction = "mean") -> ir.Value:
    """(x - t)^2: composed of arithmetic, its gradient and lowering are theirs."""
    difference = sub(x, target)
    return reduced(mul(difference, difference), reduction)


def absolute_error(x: ir.Value, target: ir.Value, reduction: Reduction = "mean") -> ir.Value:
    return reduced(math.AbsFOp(sub(x, target)).result, reduction)


def huber(x: ir.Value, target: ir.Value, reduction: Reduction = "mean", delta: float = 1.0) -> ir.Value:
    """d^2 / 2 up to |d| = delta, from there on the tangent (Huber 1964)."""
    distance = math.AbsFOp(sub(x, target)).result
    near, far = scale(mul(distance, distance), 0.5), scale(shift(distance, -0.5 * delta), delta)
    return reduced(select(greater(distance, constant(delta, x.type)), far, near), reduction)


def binary_cross_entropy(
    x: ir.Value, target: ir.Value, weight: ir.Value | None = None, reduction: Reduction = "mean"
) -> ir.Value:
    """-(t log x + (1 - t) log(1 - x)), the logarithms not below -100; its derivative (x - t) / (x (1 - x)), the
    denominator not below 1e-12.
    """
    one = constant(1.0, x.type)

    def bounded(logarithm: ir.Value) -> ir.Value:
        return arith.MaximumFOp(logarithm, constant(-100.0, x.type)).result

    present, absent = bounded(math.LogOp(x).result), bounded(math.Log1pOp(neg(x)).result)
    value = sub(mul(sub(target, one), absent), mul(target, present))
    spread = arith.MaximumFOp(mul(sub(one, x), x), constant(1e-12, x.type)).result
    loss = with_slopes(value, [(x, div(sub(x, target), spread)), (target, sub(absent, present))])
    return reduced(_weighted(loss, weight), reduction)


def binary_cross_entropy_of_logits(
    x: ir.Value,
    target: ir.Value,
    weight: ir.Value | None = None,
    positive_weight: ir.Value | None = None,
    reduction: Reduction = "mean",
) -> ir.Value:
    """-(p t log s + (1 - t) log(1 - s)), s = sigmoid(x), p = positive_weight, as (1 - t) x - (p t + 1 - t) log s."""
    absent = sub(constant(1.0, x.type), target)
    present = _weighted(target, positive_weight)
    # -log s by exponentials of negative numbers only.
    tail = math.Log1pOp(exp(neg(math.AbsFOp(x).result))).result
    surprise = add(tail, arith.MaximumFOp(neg(x), constant(0.0, x.type)).result)
    loss = add(mul(absent, x), mul(add(present, absent), surprise))
    return reduced(_weighted(loss, weight), reduction)


def _weighted(x: ir.Value, weight: ir.Value | None) -> ir.Value:
    return x if weight is None else mul(x, fitted(weight, ranked(x).element_type, shape_of(x)))


def negative_log_likelihood(
    x: ir.Value,
    target: ir.Value,
    weight: ir.Value | None = None,
    reduction: Reduction = "mean",
    ignore_index: int = -100,
) -> ir.Value:
    """The negative of the element of x [N, C, d...] or [C] at its target [N, d...] or [], weighted by the target's
    class; the mean is by the weights.
    """
    rows, targets = _as_rows(x, target)
    count, classes = shape_of(rows)
    indices = broadcast(dense_integers(range(classes)), [count, classes])
    wanted = broadcast(reshape(cast(targets, ranked(indices).element_type), [count, 1]), [count, classes])
    is_target = arith.CmpIOp(arith.CmpIPredicate.eq, indices, wanted).result
    counted = arith.CmpIOp(arith.CmpIPredicate.ne, wanted, constant(ignore_index, wanted.type)).result
    is_target = arith.AndIOp(is_target, counted).result
    zeros = constant(0.0, rows.type)
    class_weights = constant(1.0, rows.type) if weight is None else broadcast(weight, [count, classes])
    chosen = select(is_target, class_weights, zeros)
    # Not a product alone: an impossible class, -inf, must not turn into NaN.
    losses = neg(reduce(select(is_target, mul(rows, chosen), zeros), [1]))
    if reduction == "none":
        return reshape(losses, shape_of(target))
    total = reduce(losses, [0])
    return total if reduction == "sum" else div(total, reduce(chosen, [0, 1]))
