"""pock-insert-adam: Adam, as in torch.optim.Adam."""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import math

from pock_mlir.dialects.upstream import add, constant, div, mul, neg, scale, sqrt, sub
from pock_mlir.passes.optimizer_update import Scalars, UpdateRule, counted_step, insert
from pock_mlir.passes.registry import register_pass

SLOTS = ("exp_avg", "exp_avg_sq")


@register_pass("pock-insert-adam")
def insert_adam(
    module: ir.Operation,
    *,
    lr: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    clip_norm: float = 0.0,
    accumulate: int = 1,
    function: str = "train_step",
) -> None:
    """Updates by Adam (Kingma and Ba, arXiv:1412.6980); weight decay is added to the gradient."""
    rule = adam_rule(module, beta1, beta2, eps, weight_decay, decoupled=False)
    insert(module, rule, lr=lr, clip_norm=clip_norm, accumulate=accumulate, function=function)


def adam_rule(
    module: ir.Operation, beta1: float, beta2: float, eps: float, weight_decay: float, *, decoupled: bool
) -> UpdateRule:
    """Adam's rule; `decoupled` weight decay shrinks the parameter itself (AdamW) instead of adding to its gradient."""
    number, advance = counted_step(module)

    def prepare(lr: ir.Value) -> Scalars:
        step = number()
        step_size = div(lr, _bias_correction(step, beta1))
        scalars = [step_size, sqrt(_bias_correction(step, beta2)), _decay_factor(lr, weight_decay)]
        advance()
        return scalars

    def element(gradient: ir.Value, parameter: ir.Value, slots: Scalars, scalars: Scalars) -> Scalars:
        step_size, root_correction, keep = scalars
        if weight_decay and decoupled:
            parameter = mul(parameter, keep)
        elif weight_decay:
            gradient = add(gradient, mul(constant(weight_decay, parameter.type), parameter))
        mean = _moving_average(slots[0], gradient, beta1)
        square = _moving_average(slots[1], mul(gradient, gradient), beta2)
        denominator = add(div(sqrt(square), root_correction), constant(eps, parameter.type))
        return [sub(parameter, mul(step_size, div(mean, denominator))), mean, square]

    return UpdateRule(slots=SLOTS, prepare=prepare, element=element)


def _bias_correction(step: ir.Value, beta: float) -> ir.Value:
    """1 - beta^step, as -expm1(step log beta): the plain form loses the digits that matter in the first steps."""
    if beta == 0.0:
        return constant(1.0, step.type)
    return neg(math.ExpM1Op(scale(step, pymath.log(beta))).result)


def _decay_factor(lr: ir.Value, weight_decay: float) -> ir.Value:
    one = constant(1.0, lr.type)
    return sub(one, scale(lr, weight_decay))


def _moving_average(old: ir.Value, new: ir.Value, beta: float) -> ir.Value:
    return add(mul(constant(beta, old.type), old), mul(constant(1.0 - beta, old.type), new))
