"""Whose a parameter or buffer is: the model's or its loss's.

Both are children of the module that is traced. The names there, `model.<name>` and `loss.<name>`, are the symbols in
the compiled module too, so that none of them is that of a function, of a state of ours, or of the other's.
"""

from __future__ import annotations

from typing import Literal

Owner = Literal["model", "loss"]
MODEL: Owner = "model"
LOSS: Owner = "loss"


def symbol_of(name: str, owner: Owner = MODEL) -> str:
    """The symbol of a parameter or buffer, from its name in the model or the loss."""
    return f"{owner}.{name}"


def owner_of(symbol: str) -> Owner:
    return LOSS if symbol.partition(".")[0] == LOSS else MODEL


def name_of(symbol: str) -> str:
    """The name in the model or the loss; "" for these themselves."""
    return symbol.partition(".")[2]


def path_of(symbol: str) -> str:
    """The path of a parameter, buffer or module in the model; what is the loss's begins with "loss"."""
    return name_of(symbol) if owner_of(symbol) == MODEL else symbol


def described(symbol: str) -> str:
    """A parameter, buffer or module as errors name it."""
    return f"'{name_of(symbol)}'" if owner_of(symbol) == MODEL else f"'{name_of(symbol)}' of the loss"
