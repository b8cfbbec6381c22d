"""Moving what the backward pass computes from the forward pass alone to where it is saved instead of its operands."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.traits import Literal, has_trait

from .flow import Cut
from .program import Program


def save_early(program: Program, cut: Cut) -> None:
    """Computes in the forward pass what the cut saves of the backward pass's own; the ops leave the latter."""
    lift = _Lift(program, cut)
    for value in [value for value in program.early if value in cut.saved]:
        lift.value(value)
    program.backward = [op for op in program.backward if op.operation not in lift.moved]


class _Lift:
    """Ops that are saved move, what they are computed from is computed once more up there."""

    def __init__(self, program: Program, cut: Cut) -> None:
        self.early, self.saved = program.early, cut.saved
        self.moved: set[ir.Operation] = set()
        self._lifted: dict[ir.Value, ir.Value] = {}

    def value(self, value: ir.Value) -> ir.Value:
        """A value of the forward pass equal to one of the backward pass."""
        if value not in self.early and not has_trait(value.owner, Literal):
            return value
        if value not in self._lifted:
            operation = value.owner.operation
            operands = [self.value(operand) for operand in operation.operands]
            is_saved = value in self.saved
            with ir.InsertionPoint(operation):
                lifted = operation if is_saved else operation.clone().operation
            for index, operand in enumerate(operands):
                lifted.operands[index] = operand
            _move_behind(lifted, operands)
            if is_saved:
                self.moved.add(operation)
            self._lifted[value] = lifted.results[0]
        return self._lifted[value]


def _move_behind(operation: ir.Operation, operands: list[ir.Value]) -> None:
    """To where all operands are there."""
    owners = [value.owner.operation for value in operands if not isinstance(value.owner, ir.Block)]
    if not owners:
        first = operation.block.operations[0]
        if first.operation != operation:
            operation.move_before(first)
        return
    last = owners[0]
    for owner in owners[1:]:
        last = owner if last.is_before_in_block(owner) else last
    operation.move_after(last)
