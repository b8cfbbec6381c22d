"""What schemes ask of the parameters of a model or loss, whatever framework it is of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np


@dataclass(frozen=True)
class ChannelAxes:
    """Along which axes of a parameter the output and the input channels of its module run; None: it has none.

    `module` is what the module is called in errors; with `groups` above 1 the input channels are those of each group
    (the output channels, where `grouped_output`).
    """

    output: int | None = None
    input: int | None = None
    module: str = "module"
    groups: int = 1
    grouped_output: bool = False


@dataclass(frozen=True)
class Parameter:
    """A parameter as schemes see it: `axes` by each of its names, the first name first.

    `block` is the number of the block it stands in, or the number of blocks where it follows the last one; `layer` that
    of the convolution or linear layer it belongs to, or which it follows. None: it stands before all.
    """

    axes: Mapping[str, ChannelAxes]
    shape: tuple[int, ...] = ()
    is_frozen: bool = False
    is_norm: bool = False
    is_layer_weight: bool = False
    block: int | None = None
    layer: int | None = None

    @property
    def name(self) -> str:
        return next(iter(self.axes))

    @property
    def is_bias(self) -> bool:
        return any(name.endswith("bias") for name in self.axes)


@dataclass(frozen=True)
class Parameters:
    """The parameters of a model or loss, in its order, and how many blocks and layers it has.

    `value` gives a parameter's elements, `importance` what its elements count for on the data of a calibration: the sum
    of the squares of their gradients; both by first name. Without a calibration there is no `importance`.
    """

    all: tuple[Parameter, ...] = ()
    blocks: int = 0
    layers: int = 0
    value: Callable[[str], np.ndarray] | None = field(default=None, compare=False)
    importance: Callable[[str], np.ndarray] | None = field(default=None, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(parameter.name for parameter in self.all)

    @staticmethod
    def named(
        names: Sequence[str],
        frozen: Collection[str] = (),
        aliases: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> Parameters:
        """Parameters of which no more than the names are known."""
        axes = {name: dict.fromkeys((name, *aliases.get(name, ())), ChannelAxes()) for name in names}
        return Parameters(tuple(Parameter(axes[name], is_frozen=name in frozen) for name in names))
