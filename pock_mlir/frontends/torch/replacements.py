"""Functions of torch that decide by values of their arguments, in a form that torch.export can trace."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F

from pock_mlir.frontends.torch.ctc_loss import ctc_loss
from pock_mlir.frontends.torch.packed_sequences import traceable_packing


@contextmanager
def traceable_functions() -> Iterator[None]:
    """Replaces them for a while."""
    replaced: list[tuple[Any, str, Any]] = [
        (F, "gaussian_nll_loss", gaussian_nll_loss),
        (torch, "ctc_loss", ctc_loss),
    ]
    before = [getattr(owner, name) for owner, name, _ in replaced]
    for owner, name, function in replaced:
        setattr(owner, name, function)
    try:
        with traceable_packing():
            yield
    finally:
        for (owner, name, _), function in zip(replaced, before, strict=True):
            setattr(owner, name, function)


def gaussian_nll_loss(
    input: torch.Tensor,
    target: torch.Tensor,
    var: torch.Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> torch.Tensor:
    """torch's, (log var + (input - target)^2 / var) / 2, without its check that no variance is negative.

    Variances are at least `eps`, with the gradient of the identity. All shapes as torch takes them.
    """
    if isinstance(var, float | int):
        var = torch.full_like(input, float(var))
    elif var.shape != input.shape and var.shape == input.shape[:-1]:
        var = var.unsqueeze(-1)
    elif var.shape != input.shape and not _has_one_column(var, input):
        raise ValueError("var is of incorrect size")
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    var = var + (var.clamp(min=eps) - var).detach()
    loss = 0.5 * (torch.log(var) + (input - target) ** 2 / var)
    if full:
        loss = loss + 0.5 * math.log(2 * math.pi)
    if reduction == "none":
        return loss
    return loss.mean() if reduction == "mean" else loss.sum()


def _has_one_column(var: torch.Tensor, input: torch.Tensor) -> bool:
    """Whether the sizes are equal but for one dimension, of which var has 1."""
    return var.ndim == input.ndim and sum(v for v, i in zip(var.shape, input.shape, strict=True) if v != i) == 1
