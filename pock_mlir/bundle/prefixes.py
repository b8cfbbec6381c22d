"""Prefixes that keep names of the model, of its loss and of our states apart where all stand in one file."""

from __future__ import annotations

from collections.abc import Iterable

LOSS_PREFIX = "loss/"
STATE_PREFIX = "optimizer/"


def free_prefix(prefix: str, names: Iterable[str]) -> str:
    """A prefix like the given one with which none of the names begins."""
    taken = tuple(names)
    while any(name.startswith(prefix) for name in taken):
        prefix = "/" + prefix
    return prefix


def loss_prefix(model_names: Iterable[str]) -> str:
    """What stands before the names of the loss, beside a model whose parameters and buffers have these first names."""
    return free_prefix(LOSS_PREFIX, model_names)
