"""pock-insert-sgd: stochastic gradient descent, as in torch.optim.SGD (without dampening)."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.upstream import add, constant, mul, sub
from pock_mlir.passes.optimizer_update import Scalars, UpdateRule, insert
from pock_mlir.passes.registry import PassFailure, register_pass

SLOT = "momentum_buffer"


@register_pass("pock-insert-sgd")
def insert_sgd(
    module: ir.Operation,
    *,
    lr: float = 0.01,
    momentum: float = 0.0,
    nesterov: bool = False,
    weight_decay: float = 0.0,
    clip_norm: float = 0.0,
    accumulate: int = 1,
    function: str = "train_step",
) -> None:
    """Updates by stochastic gradient descent: g += wd w; m = mu m + g; w -= lr m (Nesterov: lr (g + mu m))."""
    if nesterov and not momentum:
        raise PassFailure(module.location, "Nesterov's form needs a momentum")

    def element(gradient: ir.Value, parameter: ir.Value, slots: Scalars, scalars: Scalars) -> Scalars:
        if weight_decay:
            gradient = add(gradient, mul(constant(weight_decay, parameter.type), parameter))
        direction, new_slots = gradient, []
        if momentum:
            factor = constant(momentum, parameter.type)
            buffer = add(mul(factor, slots[0]), gradient)
            direction = add(gradient, mul(factor, buffer)) if nesterov else buffer
            new_slots = [buffer]
        return [sub(parameter, arith.MulFOp(scalars[0], direction).result), *new_slots]

    rule = UpdateRule(slots=[SLOT] if momentum else [], prepare=lambda lr: [lr], element=element)
    insert(module, rule, lr=lr, clip_norm=clip_norm, accumulate=accumulate, function=function)
