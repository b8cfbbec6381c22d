"""pock-insert-adagrad: Adagrad, as in torch.optim.Adagrad."""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir

from pock_mlir.contract import TRAIN_STEP
from pock_mlir.dialects.upstream import add, div, mul, scale, shift, sqrt, sub
from pock_mlir.passes.optimizer_update import Scalars, UpdateRule, counted_step, insert, with_decay
from pock_mlir.passes.registry import register_pass

SLOT = "sum"


@register_pass("pock-insert-adagrad")
def insert_adagrad(
    module: ir.Operation,
    *,
    lr: float = 0.01,
    lr_decay: float = 0.0,
    weight_decay: float = 0.0,
    initial_accumulator_value: float = 0.0,
    eps: float = 1e-10,
    clip_norm: float = 0.0,
    accumulate: int = 1,
    functions: Sequence[str] = (TRAIN_STEP,),
) -> None:
    """Updates by Adagrad (Duchi, Hazan and Singer, JMLR 12, 2011): s += g^2; w -= lr g / (sqrt(s) + eps).

    With `lr_decay` the rate of step t, counted from 1, is lr / (1 + (t - 1) lr_decay).
    """
    number, advance = counted_step(module) if lr_decay else (None, None)

    def prepare(lr: ir.Value) -> Scalars:
        if number is None or advance is None:
            return [lr]
        rate = div(lr, shift(scale(shift(number(), -1.0), lr_decay), 1.0))
        advance()
        return [rate]

    def element(gradient: ir.Value, parameter: ir.Value, slots: Scalars, scalars: Scalars) -> Scalars:
        gradient = with_decay(gradient, parameter, weight_decay)
        total = add(slots[0], mul(gradient, gradient))
        direction = div(gradient, shift(sqrt(total), eps))
        return [sub(parameter, mul(scalars[0], direction)), total]

    rule = UpdateRule(slots=[SLOT], prepare=prepare, element=element, slot_init=initial_accumulator_value)
    insert(module, rule, lr=lr, clip_norm=clip_norm, accumulate=accumulate, functions=functions)
