"""A model's parameters by block, as their names tell: a bundle holds no module tree."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from pock_mlir.bundle import ParameterSpec

_WHOLE_MODEL = "(the model itself)"
_DEPTH_OUTSIDE = 2


@dataclass
class Block:
    """Numbers of values and their bytes, trained and frozen; a frozen buffer that a step assigns is frozen."""

    name: str
    trained_values: int = 0
    trained_bytes: int = 0
    frozen_values: int = 0
    frozen_bytes: int = 0

    def add(self, spec: ParameterSpec) -> None:
        part = spec.trained_part
        values, size = (math.prod(part.shape), part.nbytes) if spec.is_trained else (0, 0)
        self.trained_values += values
        self.trained_bytes += size
        self.frozen_values += math.prod(spec.shape) - values
        self.frozen_bytes += spec.nbytes - size


def block_name(parameter: str) -> str:
    """The block that a parameter is part of: its module's path up to the first number, which counts the children of a
    list (`encoder.layer.3`), or the first two names of a path without one.
    """
    path = parameter.split(".")[:-1]
    end = next((index + 1 for index, name in enumerate(path) if name.isdecimal()), _DEPTH_OUTSIDE)
    return ".".join(path[:end]) or _WHOLE_MODEL


def blocks_of(parameters: Iterable[ParameterSpec]) -> list[Block]:
    """The blocks in the order in which their first parameters come."""
    blocks: dict[str, Block] = {}
    for spec in parameters:
        name = block_name(spec.name)
        blocks.setdefault(name, Block(name)).add(spec)
    return list(blocks.values())
