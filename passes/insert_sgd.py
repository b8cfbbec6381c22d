"""pock-insert-sgd: stochastic gradient descent, as in torch.optim.SGD."""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir

from pock_mlir.contract import TRAIN_STEP
from pock_mlir.dialects.upstream import add, constant, greater, mul, select, sub
from pock_mlir.passes.optimizer_update import Scalars, UpdateRule, counted_step, insert, with_decay
from pock_mlir.passes.registry import PassFailure, register_pass

SLOT = "momentum_buffer"


@register_pass("pock-insert-sgd")
def insert_sgd(
    module: ir.Operation,
    *,
    lr: float = 0.01,
    momentum: float = 0.0,
    nesterov: bool = False,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
    clip_norm: float = 0.0,
    accumulate: int = 1,
    functions: Sequence[str] = (TRAIN_STEP,),
) -> None:
    """Updates by stochastic gradient descent: g += wd w; m = mu m + g; w -= lr m (Nesterov: lr (g + mu m)).

    With dampening tau, m = mu m + (1 - tau) g from the second step on.
    """
    if nesterov and not momentum:
        raise PassFailure(module.location, "Nesterov's form needs a momentum")
    if nesterov and dampening:
        raise PassFailure(module.location, "Nesterov's form allows no dampening")
    dampened = bool(momentum and dampening)
    number, advance = counted_step(module) if dampened else (None, None)

    def prepare(lr: ir.Value) -> Scalars:
        if number is None or advance is None:
            return [lr]
        # The first gradient enters the momentum whole.
        one = constant(1.0, lr.type)
        share = select(greater(number(), one), constant(1.0 - dampening, lr.type), one)
        advance()
        return [lr, share]

    def element(gradient: ir.Value, parameter: ir.Value, slots: Scalars, scalars: Scalars) -> Scalars:
        direction = gradient = with_decay(gradient, parameter, weight_decay)
        new_slots = []
        if momentum:
            share = mul(scalars[1], gradient) if dampened else gradient
            factor = constant(momentum, parameter.type)
            buffer = add(mul(factor, slots[0]), share)
            direction = add(gradient, mul(factor, buffer)) if nesterov else buffer
            new_slots = [buffer]
        return [sub(parameter, mul(scalars[0], direction)), *new_slots]

    rule = UpdateRule(slots=[SLOT] if momentum else [], prepare=prepare, element=element)
    insert(module, rule, lr=lr, clip_norm=clip_norm, accumulate=accumulate, functions=functions)
