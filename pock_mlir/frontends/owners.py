"""Whose a parameter or buffer is: the model's or its loss's.

Both are children of the module that is traced. The names there, `model.<name>` and `loss.<name>`, are the symbols in
the compiled module too, so that none of them is that of a function, of a state of ours, or of the other's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import torch

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


def parts(model: torch.nn.Module, loss: object) -> Iterator[tuple[Owner, torch.nn.Module]]:
    """The model, and the loss where it is a module, which may have parameters and buffers."""
    yield MODEL, model
    if isinstance(loss, torch.nn.Module):
        yield LOSS, loss


def named_state(
    model: torch.nn.Module, loss: object, *, every_name: bool = False
) -> Iterator[tuple[str, str, torch.Tensor]]:
    """The kind ("parameter" or "buffer"), the symbol and the value of each parameter and buffer, the model's first.

    What has several names, or is both the model's and the loss's, stands under the first, or with `every_name` under
    each.
    """
    seen: set[int] = set()
    for owner, module in parts(model, loss):
        named = [("parameter", *each) for each in module.named_parameters(remove_duplicate=False)]
        named += [("buffer", *each) for each in module.named_buffers(remove_duplicate=False)]
        for kind, name, tensor in named:
            if every_name or id(tensor) not in seen:
                yield kind, symbol_of(name, owner), tensor
            seen.add(id(tensor))
