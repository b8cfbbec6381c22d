"""pock-insert-rmsprop: RMSprop, as in torch.optim.RMSprop."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.upstream import add, constant, div, mul, scale, shift, sqrt, sub
from pock_mlir.optimizers import RMSprop

from .rule import Scalars, Slot, UpdateRule, moving_average, with_decay
from .table import update_rule


@update_rule(RMSprop)
def rmsprop(options: RMSprop) -> UpdateRule:
    """Updates by RMSprop: v = a v + (1 - a) g^2; w -= lr g / (sqrt(v) + eps), with momentum and centring if asked for.

    Tieleman and Hinton, Lecture 6.5 of "Neural Networks for Machine Learning" (2012); centred: Graves,
    arXiv:1308.0850, section 4.2.
    """

    def element(gradient: ir.Value, parameter: ir.Value, slots: Scalars, scalars: Scalars) -> Scalars:
        old = iter(slots)
        gradient = with_decay(gradient, parameter, options.weight_decay)
        square = moving_average(next(old), mul(gradient, gradient), options.alpha)
        variance, new_slots = square, [square]
        if options.centered:
            mean = moving_average(next(old), gradient, options.alpha)
            variance = _not_negative(sub(square, mul(mean, mean)))
            new_slots.append(mean)
        direction = div(gradient, shift(sqrt(variance), options.eps))
        if options.momentum:
            direction = add(scale(next(old), options.momentum), direction)
            new_slots.append(direction)
        return [sub(parameter, mul(scalars[0], direction)), *new_slots]

    names = ["square_avg", *["grad_avg"] * options.centered, *["momentum_buffer"] * bool(options.momentum)]
    return UpdateRule(element, [Slot(name) for name in names])


def _not_negative(variance: ir.Value) -> ir.Value:
    """Where gradients hardly change, rounding would else make the variance negative and its root NaN."""
    return arith.MaximumFOp(variance, constant(0.0, variance.type)).result
