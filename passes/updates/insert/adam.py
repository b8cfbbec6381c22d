"""pock-insert-adam: Adam, as in torch.optim.Adam."""

from __future__ import annotations

from pock_mlir.optimizers import Adam

from .adam_rule import adam_rule
from .rule import UpdateRule
from .table import update_rule


@update_rule(Adam)
def adam(options: Adam) -> UpdateRule:
    """Updates by Adam (Kingma and Ba, arXiv:1412.6980); weight decay is added to the gradient."""
    return adam_rule(options, decoupled=False)
