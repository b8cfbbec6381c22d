"""What schemes need to know of a model: its parameters in order, and the blocks that it is made of."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class ModelStructure:
    """A model's parameter names (tied ones once, under the first name), and its blocks.

    `blocks` are the names in each block, first to last; `after_blocks` the names of what follows the last block (a
    pooler, a head). `frozen` are those whose `requires_grad` is False.
    """

    parameters: tuple[str, ...]
    blocks: tuple[tuple[str, ...], ...]
    after_blocks: tuple[str, ...]
    frozen: frozenset[str]

    @property
    def trainable(self) -> tuple[str, ...]:
        """What the model itself leaves to train."""
        return tuple(name for name in self.parameters if name not in self.frozen)


def model_structure(model: torch.nn.Module) -> ModelStructure:
    """Finds the blocks: the children of the ModuleList or Sequential that holds the most parameters, or else of the
    model itself.
    """
    names = [name for name, _ in model.named_parameters()]
    path, container = _block_container(model)
    prefix = f"{path}." if path else ""
    blocks = []
    for child, _ in container.named_children():
        block = tuple(name for name in names if name.startswith(f"{prefix}{child}."))
        if block:
            blocks.append(block)
    last = max((names.index(name) for block in blocks for name in block), default=-1)
    frozen = frozenset(name for name, parameter in model.named_parameters() if not parameter.requires_grad)
    return ModelStructure(tuple(names), tuple(blocks), tuple(names[last + 1 :]), frozen)


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
