"""What the backward pass takes from the forward pass: the values that are held while the loss is computed."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.state import ReadOp
from pock_mlir.dialects.traits import Literal, has_trait
from pock_mlir.passes.analyses.functions import operations_of
from pock_mlir.passes.analyses.storage import RESHAPES, root

RECOMPUTED = "pock.recomputed"
"""On what the backward pass computes once more: a number, another for each copy, so that no pass merges two of them."""


def halves(function: ir.Operation) -> tuple[list[ir.OpView], list[ir.OpView]]:
    """The forward pass, up to the last op that the function's results depend on, and the backward pass behind it with
    its updates; the terminator is in neither.
    """
    *operations, terminator = operations_of(function)
    needed = set(terminator.operation.operands)
    end = 0
    for index in range(len(operations) - 1, -1, -1):
        operation = operations[index].operation
        if any(result in needed for result in operation.results):
            needed.update(operation.operands)
            end = max(end, index + 1)
    return operations[:end], operations[end:]


def is_held(value: ir.Value) -> bool:
    """Whether a value is there throughout the step: an argument, state or a constant, as it is or reshaped."""
    owner = root(value).owner
    return isinstance(owner, ir.Block) or isinstance(owner.opview, ReadOp) or has_trait(owner, Literal)


def saved_for_backward(function: ir.Operation) -> dict[ir.Value, list[ir.OpView]]:
    """The values that are saved, in the order of the forward pass, each with the ops of the backward pass that take it,
    as it is or reshaped.
    """
    forward, backward = halves(function)
    made = {result for op in forward for result in op.operation.results}
    takers: dict[ir.Value, list[ir.OpView]] = {}
    for op in backward:
        if not isinstance(op, RESHAPES):
            for value in dict.fromkeys(map(root, op.operation.operands)):
                if value in made and not is_held(value):
                    takers.setdefault(value, []).append(op)
    order = [result for op in forward for result in op.operation.results]
    return {value: takers[value] for value in order if value in takers}
