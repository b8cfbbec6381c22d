"""pock-insert-adagrad: Adagrad, as in torch.optim.Adagrad."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.upstream import add, div, mul, scale, shift, sqrt, sub
from pock_mlir.optimizers import Adagrad

from .rule import Scalars, Slot, UpdateRule, with_decay
from .table import update_rule


@update_rule(Adagrad)
def adagrad(options: Adagrad) -> UpdateRule:
    """Updates by Adagrad (Duchi, Hazan and Singer, JMLR 12, 2011): s += g^2; w -= lr g / (sqrt(s) + eps).

    With `lr_decay` the rate of step t, counted from 1, is lr / (1 + (t - 1) lr_decay).
    """

    def prepare_decayed(lr: ir.Value, step: ir.Value) -> Scalars:
        return [div(lr, shift(scale(shift(step, -1.0), options.lr_decay), 1.0))]

    def element(gradient: ir.Value, parameter: ir.Value, slots: Scalars, scalars: Scalars) -> Scalars:
        gradient = with_decay(gradient, parameter, options.weight_decay)
        total = add(slots[0], mul(gradient, gradient))
        direction = div(gradient, shift(sqrt(total), options.eps))
        return [sub(parameter, mul(scalars[0], direction)), total]

    slots = [Slot("sum", init=options.initial_accumulator_value)]
    return UpdateRule(element, slots, prepare_counted=prepare_decayed if options.lr_decay else None)
