"""Losses."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.cross_entropy import cross_entropy
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.softmax import log_softmax
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import (
    add,
    constant,
    div,
    exp,
    greater,
    mul,
    neg,
    reshape,
    scale,
    select,
    shift,
    sub,
)
from pock_mlir.dialects.with_slope import with_slopes

from .conversion import Conversion
from .creation import dense_integers
from .rules import torch_op

REDUCTIONS = ("none", "mean", "sum")


@torch_op("torch.aten.cross_entropy_loss")
def cross_entropy_loss(
    c: Conversion, logits, target, weight=None, reduction=1, ignore_index=-100, label_smoothing=0.0
) -> ir.Value:
    if isinstance(ranked(target).element_type, ir.FloatType):
        return _cross_entropy_of_probabilities(c, logits, target, weight, reduction, label_smoothing)
    rows, targets = _as_rows(logits, target)
    if weight is None:
        weight = constant(1.0, ir.RankedTensorType.get(shape_of(rows)[1:], ranked(logits).element_type))
    loss = cross_entropy(
        rows,
        targets,
        weight,
        reduction=REDUCTIONS[reduction],
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
    )
    return reshape(loss, c.shape)


def _cross_entropy_of_probabilities(
    c: Conversion, logits: ir.Value, target: ir.Value, weight: ir.Value | None, reduction: int, smoothing: float
) -> ir.Value:
    """-sum over classes of weight * target * log softmax(logits); the mean is over samples, whatever the weights."""
    axis = 0 if len(shape_of(logits)) == 1 else 1
    classes = shape_of(logits)[axis]
    target = c.tensor(target, shape=shape_of(logits))
    if smoothing:
        target = shift(scale(target, 1.0 - smoothing), smoothing / classes)
    if weight is not None:
        column = reshape(weight, [classes] + [1] * (len(shape_of(logits)) - axis - 1))
        target = mul(target, broadcast(column, shape_of(logits)))
    losses = neg(reduce(mul(target, log_softmax(logits, axis)), [axis]))
    return _reduced(c, losses, reduction)


def _as_rows(x: ir.Value, target: ir.Value) -> tuple[ir.Value, ir.Value]:
    """Values [N, C, d...] and targets [N, d...] as rows: [N d..., C] and [N d...]."""
    shape, count = shape_of(x), 1
    classes = shape[0] if len(shape) == 1 else shape[1]
    for size in shape_of(target):
        count *= size
    if len(shape) > 2:
        x = transpose(x, [0, *range(2, len(shape)), 1])
    return reshape(x, [count, classes]), reshape(target, [count])


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


def _alike(c: Conversion, x: ir.Value, target: ir.Value) -> tuple[ir.Value, ir.Value]:
    """Output and target, which may have another dtype, in the type of the loss."""
    return c.cast(x, c.element), c.cast(target, c.element)


@torch_op("torch.aten.mse_loss")
def mse_loss(c: Conversion, x: ir.Value, target: ir.Value, reduction: int = 1) -> ir.Value:
    """Composed of arithmetic: its gradient and lowering are theirs."""
    difference = sub(*_alike(c, x, target))
    return _reduced(c, mul(difference, difference), reduction)


@torch_op("torch.aten.l1_loss")
def l1_loss(c: Conversion, x: ir.Value, target: ir.Value, reduction: int = 1) -> ir.Value:
    return _reduced(c, math.AbsFOp(sub(*_alike(c, x, target))).result, reduction)


@torch_op("torch.aten.huber_loss")
def huber_loss(c: Conversion, x: ir.Value, target: ir.Value, reduction: int = 1, delta: float = 1.0) -> ir.Value:
    """d^2 / 2 up to |d| = delta, from there on the tangent (Huber 1964)."""
    x, target = _alike(c, x, target)
    distance = math.AbsFOp(sub(x, target)).result
    near, far = scale(mul(distance, distance), 0.5), scale(shift(distance, -0.5 * delta), delta)
    return _reduced(c, select(greater(distance, constant(delta, x.type)), far, near), reduction)


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
    if weight is not None:
        loss = mul(loss, c.tensor(weight, shape=shape_of(x)))
    return _reduced(c, loss, reduction)


@torch_op("torch.aten.binary_cross_entropy_with_logits")
def binary_cross_entropy_with_logits(
    c: Conversion, x: ir.Value, target: ir.Value, weight=None, positive_weight=None, reduction: int = 1
) -> ir.Value:
    """-(p t log s + (1 - t) log(1 - s)), s = sigmoid(x), p = positive_weight, as (1 - t) x - (p t + 1 - t) log s."""
    x, target = _alike(c, x, target)
    absent = sub(constant(1.0, x.type), target)
    present = target if positive_weight is None else mul(target, c.tensor(positive_weight, shape=shape_of(x)))
    # -log s by exponentials of negative numbers only.
    tail = math.Log1pOp(exp(neg(math.AbsFOp(x).result))).result
    surprise = add(tail, arith.MaximumFOp(neg(x), constant(0.0, x.type)).result)
    loss = add(mul(absent, x), mul(add(present, absent), surprise))
    if weight is not None:
        loss = mul(loss, c.tensor(weight, shape=shape_of(x)))
    return _reduced(c, loss, reduction)


@torch_op("torch.aten.nll_loss_nd")
def nll_loss(c: Conversion, x: ir.Value, target: ir.Value, weight=None, reduction=1, ignore_index=-100) -> ir.Value:
    """The negative of each row's element at its target, weighted by the target's class."""
    rows, targets = _as_rows(x, target)
    count, classes = shape_of(rows)
    indices = broadcast(dense_integers(range(classes)), [count, classes])
    wanted = broadcast(reshape(c.cast(targets, ranked(indices).element_type), [count, 1]), [count, classes])
    is_target = arith.CmpIOp(arith.CmpIPredicate.eq, indices, wanted).result
    counted = arith.CmpIOp(arith.CmpIPredicate.ne, wanted, constant(ignore_index, wanted.type)).result
    is_target = arith.AndIOp(is_target, counted).result
    zeros = constant(0.0, rows.type)
    class_weights = constant(1.0, rows.type) if weight is None else broadcast(weight, [count, classes])
    chosen = select(is_target, class_weights, zeros)
    # Not a product alone: an impossible class, -inf, must not turn into NaN.
    losses = neg(reduce(select(is_target, mul(rows, chosen), zeros), [1]))
    if REDUCTIONS[reduction] == "none":
        return reshape(losses, c.shape)
    total = reduce(losses, [0])
    if REDUCTIONS[reduction] == "sum":
        return total
    return div(total, reduce(chosen, [0, 1]))
