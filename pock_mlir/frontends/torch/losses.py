"""Losses by name: those of torch.nn.functional."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from pock_mlir.errors import CompileError, listed

Loss = Callable[..., torch.Tensor]


def cosine_embedding(outputs: Any, *targets: torch.Tensor) -> torch.Tensor:
    """The cosine embedding loss of a model that returns both embeddings [N, D], with target [N] of 1 and -1; or of one
    that returns the first, with the second and that target as targets.
    """
    embeddings = outputs if isinstance(outputs, tuple | list) else (outputs,)
    return F.cosine_embedding_loss(*embeddings, *targets)


LOSSES: dict[str, Loss] = {
    "bce": F.binary_cross_entropy,
    "bce_with_logits": F.binary_cross_entropy_with_logits,
    "cosine_embedding": cosine_embedding,
    "cross_entropy": F.cross_entropy,
    "ctc": F.ctc_loss,
    "huber": F.huber_loss,
    "kl_div": F.kl_div,
    "l1": F.l1_loss,
    "mse": F.mse_loss,
    "nll": F.nll_loss,
    "smooth_l1": F.smooth_l1_loss,
}
"""Each is the function of torch.nn.functional with its defaults; another reduction, class weights, ... are a callable
away: `lambda outputs, target: F.cross_entropy(outputs, target, label_smoothing=0.1)`."""


def resolve_loss(loss: str | Loss | None) -> Loss | None:
    """The loss function for a name or a callable `loss(outputs, *targets)`; None: the model returns its own loss."""
    if loss is None or callable(loss):
        return loss
    if loss not in LOSSES:
        raise CompileError(
            f"unknown loss '{loss}'; the names are {listed(sorted(LOSSES), len(LOSSES))}, "
            "or pass a callable loss(outputs, *targets)"
        )
    return LOSSES[loss]


def describe_loss(loss: str | Loss | None) -> str | None:
    """How a loss is named in a bundle's manifest."""
    if loss is None or isinstance(loss, str):
        return loss
    name: Any = getattr(loss, "__qualname__", None) or type(loss).__qualname__
    return str(name)
