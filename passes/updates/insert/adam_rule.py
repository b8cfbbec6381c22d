"""Adam's rule, which AdamW shares."""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.upstream import constant, div, mul, neg, scale, shift, sqrt, sub
from pock_mlir.optimizers import Adam

from .rule import Scalars, Slot, UpdateRule, moving_average, with_decay


def adam_rule(options: Adam, *, decoupled: bool) -> UpdateRule:
    """Adam's rule; `decoupled` weight decay shrinks the parameter itself (AdamW) instead of adding to its gradient.

    `amsgrad` divides by the root of the largest second moment so far (Reddi, Kale and Kumar, arXiv:1904.09237).
    """
    beta1, beta2 = options.betas
    weight_decay = options.weight_decay

    def prepare(lr: ir.Value, step: ir.Value) -> Scalars:
        step_size = div(lr, _bias_correction(step, beta1))
        return [step_size, sqrt(_bias_correction(step, beta2)), _decay_factor(lr, weight_decay)]

    def element(gradient: ir.Value, parameter: ir.Value, slots: Scalars, scalars: Scalars) -> Scalars:
        step_size, root_correction, keep = scalars
        if weight_decay and decoupled:
            parameter = mul(parameter, keep)
        else:
            gradient = with_decay(gradient, parameter, weight_decay)
        mean = moving_average(slots[0], gradient, beta1)
        square = moving_average(slots[1], mul(gradient, gradient), beta2)
        new_slots = [mean, square]
        if options.amsgrad:
            square = arith.MaximumFOp(slots[2], square).result
            new_slots.append(square)
        denominator = shift(div(sqrt(square), root_correction), options.eps)
        return [sub(parameter, mul(step_size, div(mean, denominator))), *new_slots]

    slots = [Slot("exp_avg"), Slot("exp_avg_sq"), *[Slot("max_exp_avg_sq")] * options.amsgrad]
    return UpdateRule(element, slots, prepare_counted=prepare)


def _bias_correction(step: ir.Value, beta: float) -> ir.Value:
    """1 - beta^step, as -expm1(step log beta): the plain form loses the digits that matter in the first steps."""
    if beta == 0.0:
        return constant(1.0, step.type)
    return neg(math.ExpM1Op(scale(step, pymath.log(beta))).result)


def _decay_factor(lr: ir.Value, weight_decay: float) -> ir.Value:
    one = constant(1.0, lr.type)
    return sub(one, scale(lr, weight_decay))
