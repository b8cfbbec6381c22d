"""pock-insert-sgd: stochastic gradient descent, as in torch.optim.SGD."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.upstream import add, constant, greater, mul, select, sub
from pock_mlir.optimizers import SGD

from .rule import Scalars, Slot, UpdateRule, with_decay
from .table import update_rule


@update_rule(SGD)
def sgd(options: SGD) -> UpdateRule:
    """Updates by stochastic gradient descent: g += wd w; m = mu m + g; w -= lr m (Nesterov: lr (g + mu m)).

    With dampening tau, m = mu m + (1 - tau) g from the second step on.
    """
    momentum = options.momentum
    dampened = bool(momentum and options.dampening)

    def prepare_dampened(lr: ir.Value, step: ir.Value) -> Scalars:
        # The first gradient enters the momentum whole.
        one = constant(1.0, lr.type)
        return [lr, select(greater(step, one), constant(1.0 - options.dampening, lr.type), one)]

    def element(gradient: ir.Value, parameter: ir.Value, slots: Scalars, scalars: Scalars) -> Scalars:
        direction = gradient = with_decay(gradient, parameter, options.weight_decay)
        new_slots = []
        if momentum:
            share = mul(scalars[1], gradient) if dampened else gradient
            factor = constant(momentum, parameter.type)
            buffer = add(mul(factor, slots[0]), share)
            direction = add(gradient, mul(factor, buffer)) if options.nesterov else buffer
            new_slots = [buffer]
        return [sub(parameter, mul(scalars[0], direction)), *new_slots]

    slots = [Slot("momentum_buffer")] if momentum else []
    return UpdateRule(element, slots, prepare_counted=prepare_dampened if dampened else None)
