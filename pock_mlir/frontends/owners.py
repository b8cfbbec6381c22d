"""The parameters and buffers of a model and its loss, and how these are named to the user."""

from __future__ import annotations

from pock_mlir.contract import MODEL, name_of, owner_of


def path_of(symbol: str) -> str:
    """The path of a parameter, buffer or module in the model; what is the loss's begins with "loss"."""
    return name_of(symbol) if owner_of(symbol) == MODEL else symbol


def described(symbol: str) -> str:
    """A parameter, buffer or module as errors name it."""
    return f"'{name_of(symbol)}'" if owner_of(symbol) == MODEL else f"'{name_of(symbol)}' of the loss"
