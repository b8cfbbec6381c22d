"""What ops draw their operands and attributes from; every line is run as it is drawn, so that shapes are known."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import torch
from hypothesis import assume
from hypothesis import strategies as st

from .graph import Graph, Leaf, Line

T = TypeVar("T")

LARGEST_SIZE = 2000
LARGEST_MAGNITUDE = 8.0


class Builder:
    """A graph in the making. `values` are the float64 values of all names so far."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self._draw = draw
        self.leaves: list[Leaf] = []
        self.lines: list[Line] = []
        self.values: dict[str, torch.Tensor] = {}

    # Draws.

    def choice(self, options: Sequence[T]) -> T:
        """One of the options; the first is the simplest."""
        return self._draw(st.sampled_from(options))

    def integer(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def flag(self) -> bool:
        return self._draw(st.booleans())

    def dims(self, rank: int) -> list[int]:
        """Some dimensions, at least one, in any order; negative ones count from the end."""
        dims = self._draw(st.lists(st.integers(0, rank - 1), min_size=1, max_size=rank, unique=True))
        return [dim - rank for dim in dims] if self.flag() else dims

    def dim(self, rank: int) -> int:
        return self.integer(0, rank - 1) - (rank if self.flag() else 0)

    def permutation(self, rank: int) -> list[int]:
        return list(self._draw(st.permutations(range(rank))))

    def sizes(self, ranks: Sequence[int]) -> tuple[int, ...]:
        rank = self.choice(ranks)
        return tuple(self.integer(1, 6 if rank < 3 else 4) for _ in range(rank))

    # Operands.

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(self.values[name].shape)

    def leaf(self, kind: str, shape: Sequence[int], high: int = 0) -> str:
        """A new leaf: "parameter", "float", "bool" or "int" (below `high`)."""
        # The first parameter is always trained.
        is_frozen = kind == "parameter" and bool(self.leaves) and self.integer(0, 4) == 4
        leaf = Leaf(f"{kind[0]}{len(self.leaves)}", kind, tuple(shape), high, is_frozen)
        self.leaves.append(leaf)
        self.values[leaf.name] = leaf.tensor(torch.float64).requires_grad_(kind == "parameter" and not is_frozen)
        return leaf.name

    def weight(self, *shape: int) -> str:
        """A parameter of a shape: an older one (tied) or a new one, rarely an input."""
        return self._of_shape([n for n in self.floats() if self.shape(n) == shape], shape)

    def _of_shape(self, known: Sequence[str], shape: Sequence[int]) -> str:
        chosen = self.choice(["parameter", *known, "float"])
        return self.leaf(chosen, shape) if chosen in ("parameter", "float") else chosen

    def floats(self) -> list[str]:
        """All floats, the latest first."""
        return [name for name, value in reversed(self.values.items()) if value.is_floating_point()]

    def operand(self, ranks: Iterable[int] = (0, 1, 2, 3, 4)) -> str:
        """A float of one of the ranks: an older value, as it is or reshaped, or a new leaf."""
        ranks = list(ranks)
        fitting = [name for name in self.floats() if len(self.shape(name)) in ranks]
        others = [name for name in self.floats()[:3] if name not in fitting]
        # Half of the time the latest value goes on: graphs are to be deep.
        options = fitting if fitting and self.flag() else [*fitting, *others, "parameter", "float"]
        chosen = options[0] if options is fitting else self.choice(options)
        if chosen in fitting:
            return chosen
        if chosen in others:
            return self._of_rank(chosen, self.choice(ranks))
        return self.leaf(chosen, self.sizes(ranks))

    def _of_rank(self, name: str, rank: int) -> str:
        shape = list(self.shape(name))
        if rank == 0:
            return self.emit(f"{name}.sum()")
        while len(shape) > rank:
            shape[:2] = [shape[0] * shape[1]]
        while len(shape) < rank:
            shape.insert(self.integer(0, len(shape)), 1)
        return self.emit(f"{name}.reshape({tuple(shape)})")

    def partner(self, name: str) -> str:
        """A float that broadcasts against another."""
        shape = self.shape(name)
        known = [other for other in self.floats() if _broadcasts(self.shape(other), shape)]
        cut = shape[self.integer(0, len(shape)) :]
        return self._of_shape(known, [1 if size > 1 and self.flag() else size for size in cut])

    def mask(self, name: str) -> str:
        """A bool that broadcasts to a value's shape."""
        shape = self.shape(name)
        known = [n for n, v in self.values.items() if v.dtype == torch.bool and _expands(tuple(v.shape), shape)]
        chosen = self.choice(["bool", *known, "comparison"])
        if chosen == "comparison":
            return self.emit(f"{name} > 0.125")
        return self.leaf("bool", shape[self.integer(0, len(shape)) :]) if chosen == "bool" else chosen

    # Lines.

    def emit(self, expression: str, count: int = 0) -> Any:
        """Appends a line; `count` results are unpacked. Large results are scaled down."""
        unpacked, count = count > 0, max(count, 1)
        names = tuple(f"v{len(self.values) + i}" for i in range(count))
        line = Line(names, expression, unpacked)
        line.run(self.values)
        largest = max((v.detach().abs().max().item() for v in map(self.values.get, names) if _is_float(v)), default=0.0)
        assume(math.isfinite(largest) and all(0 < self.values[n].numel() <= LARGEST_SIZE for n in names))
        self.lines.append(line)
        if largest > LARGEST_MAGNITUDE and not unpacked:
            return self.emit(f"{names[0]} * {2.0 ** -math.ceil(math.log2(largest / 2)):g}")
        return names if unpacked else names[0]

    def finish(self) -> Graph:
        """Draws what the loss is made of and what is returned besides."""
        floats = self.floats()
        ends = [name for name in floats if name.startswith("v") and not self._is_read(name)]
        terms = [name for name in ends if self.integer(0, 3) > 0] or ends[:1] or floats[:1]
        if not self._has_gradient(terms):
            terms.append(next(leaf.name for leaf in self.leaves if leaf.kind == "parameter" and not leaf.is_frozen))
        loss = " + ".join(self._term(name) for name in terms)
        assigned = [name for name in reversed(self.values) if name.startswith("v")]
        outputs = self._draw(st.lists(st.sampled_from(assigned), max_size=4, unique=True)) if assigned else []
        return Graph(tuple(self.leaves), tuple(self.lines), loss, tuple(outputs))

    def _has_gradient(self, terms: Sequence[str]) -> bool:
        """Whether a trained parameter has more than a gradient of zeros."""
        total = sum((self.values[name].sum() for name in terms), torch.zeros(()))
        trained = [self.values[leaf.name] for leaf in self.leaves if self.values[leaf.name].requires_grad]
        if not total.requires_grad:
            return False
        gradients = torch.autograd.grad(total, trained, retain_graph=True, allow_unused=True)
        return any(gradient is not None and bool(gradient.any()) for gradient in gradients)

    def _is_read(self, name: str) -> bool:
        return any(re.search(rf"\b{name}\b", line.expression) for line in self.lines)

    def _term(self, name: str) -> str:
        if self.shape(name) == ():
            return self.choice([name, f"{name} * 0.75"])
        return f"({name} * {self.leaf('float', self.shape(name))}).sum()"


def _is_float(value: Any) -> bool:
    return value.is_floating_point() and value.numel() > 0


def _broadcasts(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return all(x == y or 1 in (x, y) for x, y in zip(reversed(a), reversed(b), strict=False))


def _expands(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return len(a) <= len(b) and all(x in (y, 1) for x, y in zip(reversed(a), reversed(b), strict=False))
