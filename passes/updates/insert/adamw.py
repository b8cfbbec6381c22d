"""pock-insert-adamw: AdamW, as in torch.optim.AdamW."""

from __future__ import annotations

from pock_mlir.optimizers import AdamW

from .adam_rule import adam_rule
from .rule import UpdateRule
from .table import update_rule


@update_rule(AdamW)
def adamw(options: AdamW) -> UpdateRule:
    """Updates by AdamW (Loshchilov and Hutter, arXiv:1711.05101); weight decay is decoupled from the gradient."""
    return adam_rule(options, decoupled=True)
