"""What may be computed again, and from what: the forward pass and the backward pass of one function, as the choice of
what is saved sees them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.normalize import NormalizeOp
from pock_mlir.dialects.state import ReadOp
from pock_mlir.dialects.traits import (
    Contracts,
    Converts,
    Draws,
    Elementwise,
    Literal,
    Pure,
    Reduces,
    Selects,
    has_trait,
    traits_of,
    written_symbols,
)
from pock_mlir.passes.analyses.cost import nbytes
from pock_mlir.passes.analyses.saved import halves, is_held

_BY_ELEMENT = {Elementwise, Selects, Converts, Draws}


class Program:
    """One function. `fixed` are values that are not to be computed again, whatever their ops allow."""

    def __init__(self, function: ir.Operation) -> None:
        self.forward, self.backward = halves(function)
        self.fixed: set[ir.Value] = set()
        operations = [*self.forward, *self.backward]
        self.place = {op.operation: index for index, op in enumerate(operations)}
        self.made = {result for op in self.forward for result in op.operation.results}
        self._written: dict[str, int] = {}
        for index, op in enumerate(operations):
            for symbol in written_symbols(op):
                self._written.setdefault(symbol, index)
        self.early = self._early()

    def _early(self) -> dict[ir.Value, ir.OpView]:
        """What the backward pass computes by element from the forward pass alone, cotangents aside (whether a relu let
        a value through): the forward pass can compute that and save it instead.
        """
        early: dict[ir.Value, ir.OpView] = {}
        for op in self.backward:
            operands = list(op.operation.operands)
            known = [v for v in operands if v in early or v in self.made]
            if (
                traits_of(op.operation.name) & _EARLY
                and any(not is_held(v) for v in known)
                and all(v in early or v in self.made or _is_given(v) for v in operands)
                and not any(map(_is_vector, op.operation.results))
            ):
                early.update((result, op) for result in op.operation.results)
        return early

    @property
    def needed(self) -> list[ir.Value]:
        """What the backward pass takes that was, or could be, computed in the forward pass."""
        takers = (op for op in self.backward if not any(result in self.early for result in op.operation.results))
        operands = (value for op in takers for value in op.operation.operands)
        return [v for v in dict.fromkeys(operands) if (v in self.made or v in self.early) and not is_held(v)]

    def sources(self, value: ir.Value) -> Sequence[ir.Value] | None:
        """What a value is computed again from, but for what is held; None where it is not computed again."""
        if value in self.early:
            return [v for v in self.early[value].operation.operands if not is_held(v)]
        if value in self.fixed or _is_vector(value):
            return None
        op = value.owner.opview
        if isinstance(op, arith.TruncFOp):
            return None  # fused with what widens it again it would round nothing
        if isinstance(op, NormalizeOp):
            return [v for v in (op.x, op.mean, op.variance) if not is_held(v)] if value == op.result else None
        if traits_of(op.operation.name) & _BY_ELEMENT or _keeps_size(op) or self.is_attention(op):
            return [v for v in op.operation.operands if not is_held(v)]
        return None

    def is_attention(self, op: ir.OpView) -> bool:
        """Whether an op contracts two values that both depend on the inputs, to something larger than either: the
        scores of attention, which grow with the square of the length.
        """
        if not has_trait(op, Contracts) or not all(map(self._is_data, op.operation.operands)):
            return False
        return all(nbytes(v.type) < nbytes(op.operation.results[0].type) for v in op.operation.operands)

    def _is_data(self, value: ir.Value) -> bool:
        """Whether a value depends on the function's arguments, and not on state alone."""
        return isinstance(value.owner, ir.Block) or value in self._data

    @cached_property
    def _data(self) -> set[ir.Value]:
        data: set[ir.Value] = set()
        for op in self.forward:
            if any(isinstance(v.owner, ir.Block) or v in data for v in op.operation.operands):
                data.update(op.operation.results)
        return data

    def is_overtaken(self, read: ReadOp, place: int) -> bool:
        """Whether what was read has another value at a place: computed from there, it would take a copy of the old."""
        return self._written.get(read.symbol.value, place) < place


_EARLY = {Elementwise, Selects, Converts}


def _is_given(value: ir.Value) -> bool:
    """Whether a value is there, or can be, wherever it is used: an argument, a constant."""
    return isinstance(value.owner, ir.Block) or has_trait(value.owner, Literal)


def _keeps_size(op: ir.OpView) -> bool:
    """Whether an op reduces rows and gives something as large as these (softmax): one more pass over its operand."""
    if not has_trait(op, Reduces) or not has_trait(op, Pure) or len(op.operation.results) != 1:
        return False
    return op.operation.results[0].type == op.operation.operands[0].type


def _is_vector(value: ir.Value) -> bool:
    """Whether all dimensions but one have one element: too little to be worth an op."""
    shape = shape_of(value)
    return math.prod(shape) == max(shape, default=1)


def computes(op: ir.OpView) -> bool:
    """Whether an op does arithmetic, or draws, on more than a vector."""
    traits = traits_of(op.operation.name)
    return not traits & {Selects, Converts, Literal} and not _is_vector(op.operation.results[0])
