"""How much memory the dispatches of a function hold at once: what the plan of a step is made of."""

from __future__ import annotations

from dataclasses import dataclass

from torch_mlir import ir
from torch_mlir.dialects import tensor

from pock_mlir.dialects.dispatch import DispatchOp
from pock_mlir.passes.analyses.cost import nbytes
from pock_mlir.passes.analyses.functions import operations_of
from pock_mlir.passes.analyses.packing import ALIGNMENT


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
    roots, dispatches = _roots(function), dispatches_of(function)
    last = {roots.get(value, value): index for index, op in enumerate(dispatches) for value in op.inputs}
    returned = {roots.get(value, value) for value in operations_of(function)[-1].operation.operands}
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
        changes[each.first] += _rounded(each.value)
        changes[each.last + 1] -= _rounded(each.value)
    held, peak, at = 0, 0, 0
    for index, change in enumerate(changes):
        held += change
        if held > peak:
            peak, at = held, index
    return Liveness(peak, at)


def made_at(function: ir.Operation, result: int) -> int | None:
    """The index of the dispatch that makes a function's result, as it is or reshaped; None where none does."""
    value = operations_of(function)[-1].operation.operands[result]
    value = _roots(function).get(value, value)
    return next((index for index, op in enumerate(dispatches_of(function)) if value in op.outputs), None)


def _roots(function: ir.Operation) -> dict[ir.Value, ir.Value]:
    """The values that lie in another one's memory, and in whose."""
    roots: dict[ir.Value, ir.Value] = {}
    for op in operations_of(function):
        if isinstance(op, (tensor.CollapseShapeOp, tensor.ExpandShapeOp)):
            source = op.operation.operands[0]
            roots[op.operation.results[0]] = roots.get(source, source)
    return roots


def _rounded(value: ir.Value) -> int:
    return -(-nbytes(value.type) // ALIGNMENT) * ALIGNMENT
