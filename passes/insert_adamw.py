"""pock-insert-adamw: AdamW, as in torch.optim.AdamW."""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir

from pock_mlir.contract import TRAIN_STEP
from pock_mlir.passes.adam_update import adam_rule
from pock_mlir.passes.optimizer_update import insert
from pock_mlir.passes.registry import register_pass


@register_pass("pock-insert-adamw")
def insert_adamw(
    module: ir.Operation,
    *,
    lr: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 1e-2,
    amsgrad: bool = False,
    clip_norm: float = 0.0,
    accumulate: int = 1,
    functions: Sequence[str] = (TRAIN_STEP,),
) -> None:
    """Updates by AdamW (Loshchilov and Hutter, arXiv:1711.05101); weight decay is decoupled from the gradient."""
    rule = adam_rule(module, beta1, beta2, eps, weight_decay, amsgrad, decoupled=True)
    insert(module, rule, lr=lr, clip_norm=clip_norm, accumulate=accumulate, functions=functions)
