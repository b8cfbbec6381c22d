"""How much memory the dispatches of a function hold at once: what the plan of a step is made of."""

from __future__ import annotations

from dataclasses import dataclass

from torch_mlir import ir

from pock_mlir.dialects.dispatch import DispatchOp
from pock_mlir.passes.analyses.functions import operations_of
from pock_mlir.passes.analyses.storage import held_bytes, root


@dataclass(frozen=True)
class Lifetime:
    """A value that a dispatch makes, and the dispatches, by their indices, from the one that makes it (`first`) to the
    last that uses it, as it is or reshaped (`last`): it is held while these run, both included.
    """

    value: ir.Value
    first: int
    last: int


@dataclass(frozen=True)
class Liveness:
    """`peak_bytes`: what is held at the worst moment of values that dispatches make, those that a function returns not
    among them; `at`: the index of the dispatch that runs then.
    """

    peak_bytes: int
    at: int


def dispatches_of(function: ir.Operation) -> list[DispatchOp]:
    """The dispatches of a function, in the order in which they run."""
    return [op for op in operations_of(function) if isinstance(op, DispatchOp)]


def lifetimes(function: ir.Operation) -> list[Lifetime]:
    """The transients of a function whose ops stand in dispatches, in the order in which they are made.

    What is updated in place, arguments and parameters are held anyway, and what is returned is the caller's.
    """
    dispatches = dispatches_of(function)
    last = {root(value): index for index, op in enumerate(dispatches) for value in op.inputs}
    returned = {root(value) for value in operations_of(function)[-1].operation.operands}
    return [
        Lifetime(value, index, last.get(value, index))
        for index, op in enumerate(dispatches)
        for value in op.outputs
        if value not in returned
    ]


def liveness(function: ir.Operation) -> Liveness:
    """The worst moment of a function whose ops stand in dispatches, in the order in which these stand."""
    changes = [0] * (len(dispatches_of(function)) + 1)
    for each in lifetimes(function):
        changes[each.first] += held_bytes(each.value)
        changes[each.last + 1] -= held_bytes(each.value)
    held, peak, at = 0, 0, 0
    for index, change in enumerate(changes):
        held += change
        if held > peak:
            peak, at = held, index
    return Liveness(peak, at)


def made_at(function: ir.Operation, result: int) -> int | None:
    """The index of the dispatch that makes a function's result, as it is or reshaped; None where none does."""
    value = root(operations_of(function)[-1].operation.operands[result])
    return next((index for index, op in enumerate(dispatches_of(function)) if value in op.outputs), None)
