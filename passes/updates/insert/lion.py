"""pock-insert-lion: Lion, EvoLved Sign Momentum."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.upstream import constant, greater, mul, scale, select, shift, sub
from pock_mlir.optimizers import Lion

from .rule import Scalars, Slot, UpdateRule, moving_average
from .table import update_rule


@update_rule(Lion)
def lion(options: Lion) -> UpdateRule:
    """Updates by Lion (Chen et al., arXiv:2302.06675, Algorithm 2): w -= lr (sign(b1 m + (1 - b1) g) + wd w)."""
    beta1, beta2 = options.betas
    weight_decay = options.weight_decay

    def prepare(lr: ir.Value) -> Scalars:
        return [lr, shift(scale(lr, -weight_decay), 1.0)] if weight_decay else [lr]

    def element(gradient: ir.Value, parameter: ir.Value, slots: Scalars, scalars: Scalars) -> Scalars:
        direction = _sign(moving_average(slots[0], gradient, beta1))
        kept = mul(parameter, scalars[1]) if weight_decay else parameter
        return [sub(kept, mul(scalars[0], direction)), moving_average(slots[0], gradient, beta2)]

    return UpdateRule(element, [Slot("exp_avg")], prepare)


def _sign(x: ir.Value) -> ir.Value:
    """1, -1, or 0 where x is 0: a row of a table that no batch has used stays as it is."""
    zero, one = constant(0.0, x.type), constant(1.0, x.type)
    return sub(select(greater(x, zero), one, zero), select(greater(zero, x), one, zero))
