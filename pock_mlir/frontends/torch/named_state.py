"""The parameters and buffers of a model and its loss, by symbol."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from pock_mlir.contract import BUFFER, LOSS, MODEL, PARAMETER, Owner, symbol_of


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
        named = [(PARAMETER, *each) for each in module.named_parameters(remove_duplicate=False)]
        named += [(BUFFER, *each) for each in module.named_buffers(remove_duplicate=False)]
        for kind, name, tensor in named:
            if every_name or id(tensor) not in seen:
                yield kind, symbol_of(name, owner), tensor
            seen.add(id(tensor))
