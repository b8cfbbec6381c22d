"""Losses by name, for the torch frontend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from pock_mlir.errors import CompileError, listed

Loss = Callable[..., torch.Tensor]

LOSSES: dict[str, Loss] = {
    "cross_entropy": F.cross_entropy,
    "mse": F.mse_loss,
}


def resolve_loss(loss: str | Loss | None) -> Loss | None:
    """The loss function for a name or a callable `loss(outputs, *targets)`; None: the model returns its own loss."""
    if loss is None or callable(loss):
        return loss
    if loss not in LOSSES:
        raise CompileError(
            f"unknown loss '{loss}'; the names are {listed(sorted(LOSSES))}, or pass a callable loss(outputs, *targets)"
        )
    return LOSSES[loss]


def describe_loss(loss: str | Loss | None) -> str | None:
    """How a loss is named in a bundle's manifest."""
    if loss is None or isinstance(loss, str):
        return loss
    name: Any = getattr(loss, "__qualname__", None) or type(loss).__qualname__
    return str(name)
