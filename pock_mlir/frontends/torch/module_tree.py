"""What schemes need to know of a model: its parameters in order, and the blocks and layers that it is made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from pock_mlir.frontends.torch.channel_axes import channel_axes, is_layer, is_norm
from pock_mlir.schemes import ChannelAxes, Parameter, Parameters

Values = Callable[[str], np.ndarray]


def module_parameters(
    module: torch.nn.Module, value: Values | None = None, importance: Values | None = None
) -> Parameters:
    """The parameters of a model or loss as schemes see them, tied ones once, under the first name; `value` and
    `importance` as Parameters has them.

    Blocks are the children of the ModuleList or Sequential that holds the most parameters, or else of the module
    itself. Layers are its convolutions and linear layers in their order; what follows one belongs to it.
    """
    names = [name for name, _ in module.named_parameters()]
    block_names = _blocks(module, names)
    block_of = {name: number for number, block in enumerate(block_names) for name in block}
    last = max((index for index, name in enumerate(names) if name in block_of), default=-1)
    block_of |= dict.fromkeys(names[last + 1 :], len(block_names))
    axes: dict[int, dict[str, ChannelAxes]] = {}
    kinds: dict[int, tuple[bool, bool]] = {}
    layer_of: dict[int, int] = {}
    layers = 0
    for path, owner in module.named_modules(remove_duplicate=False):
        own = dict(owner.named_parameters(recurse=False, remove_duplicate=False))
        layers += is_layer(owner) and "weight" in own and id(own["weight"]) not in axes
        for name, parameter in own.items():
            full = f"{path}.{name}" if path else name
            axes.setdefault(id(parameter), {})[full] = channel_axes(owner, name, parameter)
            kinds.setdefault(id(parameter), (is_norm(owner), is_layer(owner) and name == "weight"))
            layer_of.setdefault(id(parameter), layers - 1)
    parameters = tuple(
        Parameter(
            {name: axes[id(p)][name]} | axes[id(p)],
            tuple(p.shape),
            is_frozen=not p.requires_grad,
            is_norm=kinds[id(p)][0],
            is_layer_weight=kinds[id(p)][1],
            block=block_of.get(name),
            layer=layer_of[id(p)] if layer_of[id(p)] >= 0 else None,
        )
        for name, p in module.named_parameters()
    )
    return Parameters(parameters, len(block_names), layers, value, importance)


def _blocks(module: torch.nn.Module, names: list[str]) -> list[list[str]]:
    """The names of the parameters in each block."""
    path, container = _block_container(module)
    prefix = f"{path}." if path else ""
    children = (f"{prefix}{child}." for child, _ in container.named_children())
    blocks = ([name for name in names if name.startswith(child)] for child in children)
    return [block for block in blocks if block]


def _block_container(model: torch.nn.Module) -> tuple[str, torch.nn.Module]:
    best: tuple[int, str, torch.nn.Module] = (0, "", model)
    for path, module in model.named_modules():
        if not isinstance(module, torch.nn.ModuleList | torch.nn.Sequential):
            continue
        children = [child for child in module.children() if any(True for _ in child.parameters())]
        size = sum(p.numel() for p in module.parameters())
        # The outermost of nested containers wins, as it comes first; a container of one child has no blocks to choose
        # from.
        if len(children) > 1 and size > best[0]:
            best = (size, path, module)
    return best[1], best[2]
