"""pock-insert-lion: Lion, EvoLved Sign Momentum."""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir

from pock_mlir.contract import TRAIN_STEP
from pock_mlir.dialects.upstream import constant, greater, mul, scale, select, shift, sub
from pock_mlir.passes.optimizer_update import Scalars, UpdateRule, insert, moving_average
from pock_mlir.passes.registry import register_pass

SLOT = "exp_avg"


@register_pass("pock-insert-lion")
def insert_lion(
    module: ir.Operation,
    *,
    lr: float = 1e-4,
    beta1: float = 0.9,
    beta2: float = 0.99,
    weight_decay: float = 0.0,
    clip_norm: float = 0.0,
    accumulate: int = 1,
    functions: Sequence[str] = (TRAIN_STEP,),
) -> None:
    """Updates by Lion (Chen et al., arXiv:2302.06675, Algorithm 2): w -= lr (sign(b1 m + (1 - b1) g) + wd w)."""

    def prepare(lr: ir.Value) -> Scalars:
        return [lr, shift(scale(lr, -weight_decay), 1.0)] if weight_decay else [lr]

    def element(gradient: ir.Value, parameter: ir.Value, slots: Scalars, scalars: Scalars) -> Scalars:
        direction = _sign(moving_average(slots[0], gradient, beta1))
        kept = mul(parameter, scalars[1]) if weight_decay else parameter
        return [sub(kept, mul(scalars[0], direction)), moving_average(slots[0], gradient, beta2)]

    rule = UpdateRule(slots=[SLOT], prepare=prepare, element=element)
    insert(module, rule, lr=lr, clip_norm=clip_norm, accumulate=accumulate, functions=functions)


def _sign(x: ir.Value) -> ir.Value:
    """1, -1, or 0 where x is 0: a row of a table that no batch has used stays as it is."""
    zero, one = constant(0.0, x.type), constant(1.0, x.type)
    return sub(select(greater(x, zero), one, zero), select(greater(zero, x), one, zero))
