"""Small programs of torch ops, as data: they run in any precision, with or without noise, and print as Python."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn


def without_gradient(compute: Callable[..., torch.Tensor], *operands: torch.Tensor) -> torch.Tensor:
    """Computes in a region of its own."""
    with torch.no_grad():
        return compute(*operands)


def changed(x: torch.Tensor, factor: float) -> torch.Tensor:
    """Scales a copy behind the back of autograd: the gradient is that of the copy."""
    y = x * 1
    with torch.no_grad():
        y.mul_(factor)
    return y


def changed_by_data(x: torch.Tensor, factor: float) -> torch.Tensor:
    """As `changed`, by an alias that shares no history."""
    y = x * 1
    y.detach().mul_(factor)
    return y


NAMESPACE = {
    "torch": torch,
    "F": F,
    "without_gradient": without_gradient,
    "changed": changed,
    "changed_by_data": changed_by_data,
}
LOSS = "loss"

Observer = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Leaf:
    """A parameter, frozen or not, or an input of floats, of bools, or of integers below `high`."""

    name: str
    kind: str
    shape: tuple[int, ...]
    high: int = 0
    is_frozen: bool = False

    def tensor(self, dtype: torch.dtype) -> torch.Tensor:
        """Its value: drawn by the name, so that a graph prints completely; floats are exact in float32."""
        generator = torch.Generator().manual_seed(zlib.crc32(self.name.encode()))
        if self.kind == "int":
            return torch.randint(0, self.high, self.shape, generator=generator)
        if self.kind == "bool":
            return torch.rand(self.shape, generator=generator) < 0.5
        return torch.randn(self.shape, generator=generator).clamp(-2, 2).to(dtype)

    def __str__(self) -> str:
        below = f" below {self.high}" if self.kind == "int" else ""
        frozen = "frozen " if self.is_frozen else ""
        return f"{self.name}: {frozen}{self.kind}{below} {list(self.shape)}"


@dataclass(frozen=True)
class Line:
    """An assignment: of one name, or of several that the expression's value is unpacked to."""

    names: tuple[str, ...]
    expression: str
    is_unpacked: bool = False

    def run(self, values: dict[str, Any]) -> None:
        value = eval(self.expression, NAMESPACE, values)
        results = tuple(value) if self.is_unpacked else (value,)
        values.update(zip(self.names, results, strict=True))

    def __str__(self) -> str:
        return f"{', '.join(self.names)}{',' if self.is_unpacked else ''} = {self.expression}"


@dataclass(frozen=True)
class Graph:
    """A program; `loss` is an expression of a scalar, `outputs` are returned behind it."""

    leaves: tuple[Leaf, ...]
    lines: tuple[Line, ...]
    loss: str
    outputs: tuple[str, ...]

    @property
    def parameters(self) -> list[Leaf]:
        return [leaf for leaf in self.leaves if leaf.kind == "parameter"]

    @property
    def inputs(self) -> list[Leaf]:
        return [leaf for leaf in self.leaves if leaf.kind != "parameter"]

    def run(self, leaves: Mapping[str, torch.Tensor], observe: Observer | None = None) -> list[torch.Tensor]:
        """The loss and the outputs. What `observe` makes of a float takes its place in the program."""
        values: dict[str, Any] = dict(leaves)
        for line in (*self.lines, Line((LOSS,), self.loss)):
            line.run(values)
            for name in line.names if observe else ():
                if values[name].is_floating_point():
                    values[name] = observe(values[name])
        return [values[name] for name in (LOSS, *self.outputs)]

    def __str__(self) -> str:
        body = [*map(str, self.lines), f"{LOSS} = {self.loss}", f"return {', '.join((LOSS, *self.outputs))}"]
        return "\n".join([f"def graph({', '.join(map(str, self.leaves))}):", *(f"    {line}" for line in body)])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How hypothesis prints a failing example."""
        printer.text(f"graph that follows\n{self}\n")


class GraphModule(nn.Module):
    """The model of a graph, in float32. Parameters keep their names."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.graph = graph
        for leaf in graph.parameters:
            value = nn.Parameter(leaf.tensor(torch.float32), requires_grad=not leaf.is_frozen)
            self.register_parameter(leaf.name, value)

    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        named = zip((leaf.name for leaf in self.graph.inputs), inputs, strict=True)
        return tuple(self.graph.run(dict(self.named_parameters()) | dict(named)))

    def inputs(self) -> Sequence[torch.Tensor]:
        return [leaf.tensor(torch.float32) for leaf in self.graph.inputs]
