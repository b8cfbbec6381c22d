"""Computing values of the forward pass once more, right before the backward pass uses them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from torch_mlir import ir
from torch_mlir.dialects import math

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.normalize import NormalizeOp
from pock_mlir.dialects.traits import Contracts, Literal, Reduces, has_trait
from pock_mlir.dialects.upstream import mul, reshape, shift, sub
from pock_mlir.passes.analyses.saved import RECOMPUTED

from .program import Program

STRETCH = 64
"""Of how many ops of the backward pass one copy serves those that use it, unless it costs more than a pass over its
operands: kept for later uses it would live as long as what was saved.
"""


@dataclass
class _Copy:
    value: ir.Value
    last_use: int


class Recomputation:
    """Gives the backward pass copies of what was chosen to be computed again."""

    def __init__(self, program: Program, recomputed: Iterable[ir.Value]) -> None:
        self.backward, self.recomputed = program.backward, set(recomputed)
        self._copies: dict[ir.Value, _Copy] = {}
        self._count = 0

    def run(self) -> None:
        for place, op in enumerate(self.backward):
            operation = op.operation
            with ir.InsertionPoint(operation):
                for index, value in enumerate(operation.operands):
                    if value in self.recomputed:
                        operation.operands[index] = self._again(value, place)

    def _again(self, value: ir.Value, place: int) -> ir.Value:
        """A value as the backward pass has it at a place."""
        if value not in self.recomputed:
            return value
        copy = self._copies.get(value)
        if copy is None or (place - copy.last_use > STRETCH and not _is_dear(value.owner)):
            copy = self._copies[value] = _Copy(self._compute(value, place), place)
        copy.last_use = place
        return copy.value

    def _compute(self, value: ir.Value, place: int) -> ir.Value:
        op = value.owner.opview
        self._count += 1
        with op.operation.location:
            if isinstance(op, NormalizeOp):
                operands = [self._again(v, place) for v in (op.x, op.mean, op.variance)]
                result = _normalized(op, *operands)
                _mark(result, set(operands), self._count)
                return result
            operands = [self._again(v, place) for v in op.operation.operands]
            copy = op.operation.clone().operation
        for index, operand in enumerate(operands):
            copy.operands[index] = operand
        copy.attributes[RECOMPUTED] = _number(self._count)
        return copy.results[0]


def _is_dear(op: ir.Operation | ir.Block) -> bool:
    return has_trait(op, Contracts) or has_trait(op, Reduces)


def _normalized(op: NormalizeOp, x: ir.Value, mean: ir.Value, variance: ir.Value) -> ir.Value:
    """The result of a normalisation from its statistics, as it is lowered."""
    shape, dims = shape_of(op.x), list(op.dims)
    kept = [1 if d in dims else size for d, size in enumerate(shape)]
    rstd = math.RsqrtOp(shift(variance, op.eps.value)).result
    mean, rstd = (broadcast(reshape(row, kept), shape) for row in (mean, rstd))
    return mul(sub(x, mean), rstd)


def _mark(value: ir.Value, operands: set[ir.Value], count: int) -> None:
    """Marks what a value was just computed by, from the operands on."""
    if value in operands or has_trait(value.owner, Literal):
        return
    value.owner.operation.attributes[RECOMPUTED] = _number(count)
    for operand in value.owner.operation.operands:
        _mark(operand, operands, count)


def _number(count: int) -> ir.Attribute:
    return ir.IntegerAttr.get(ir.IntegerType.get_signless(64), count)
