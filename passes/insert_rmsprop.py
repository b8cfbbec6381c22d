"""pock-insert-rmsprop: RMSprop, as in torch.optim.RMSprop."""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.contract import TRAIN_STEP
from pock_mlir.dialects.upstream import add, constant, div, mul, scale, shift, sqrt, sub
from pock_mlir.passes.optimizer_update import Scalars, UpdateRule, insert, moving_average, with_decay
from pock_mlir.passes.registry import register_pass


@register_pass("pock-insert-rmsprop")
def insert_rmsprop(
    module: ir.Operation,
    *,
    lr: float = 0.01,
    alpha: float = 0.99,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    momentum: float = 0.0,
    centered: bool = False,
    clip_norm: float = 0.0,
    accumulate: int = 1,
    functions: Sequence[str] = (TRAIN_STEP,),
) -> None:
    """Updates by RMSprop: v = a v + (1 - a) g^2; w -= lr g / (sqrt(v) + eps), with momentum and centring if asked for.

    Tieleman and Hinton, Lecture 6.5 of "Neural Networks for Machine Learning" (2012); centred: Graves,
    arXiv:1308.0850, section 4.2.
    """

    def element(gradient: ir.Value, parameter: ir.Value, slots: Scalars, scalars: Scalars) -> Scalars:
        old = iter(slots)
        gradient = with_decay(gradient, parameter, weight_decay)
        square = moving_average(next(old), mul(gradient, gradient), alpha)
        variance, new_slots = square, [square]
        if centered:
            mean = moving_average(next(old), gradient, alpha)
            variance = _not_negative(sub(square, mul(mean, mean)))
            new_slots.append(mean)
        direction = div(gradient, shift(sqrt(variance), eps))
        if momentum:
            direction = add(scale(next(old), momentum), direction)
            new_slots.append(direction)
        return [sub(parameter, mul(scalars[0], direction)), *new_slots]

    slots = ["square_avg", *["grad_avg"] * centered, *["momentum_buffer"] * bool(momentum)]
    rule = UpdateRule(slots=slots, prepare=lambda lr: [lr], element=element)
    insert(module, rule, lr=lr, clip_norm=clip_norm, accumulate=accumulate, functions=functions)


def _not_negative(variance: ir.Value) -> ir.Value:
    """Where gradients hardly change, rounding would else make the variance negative and its root NaN."""
    return arith.MaximumFOp(variance, constant(0.0, variance.type)).result
