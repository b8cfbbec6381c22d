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
class Liveness:
    """`peak_bytes`: what is held at the worst moment of values that dispatches make, those that a function returns not
    among them; `at`: the index of the dispatch that runs then.
    """

    peak_bytes: int
    at: int


def liveness(function: ir.Operation) -> Liveness:
    """The transients of a function whose ops stand in dispatches, in the order in which these stand.

    A value is held from the dispatch that makes it to the last one that uses it, as it is or reshaped; what is updated
    in place, arguments and parameters are held anyway.
    """
    operations = operations_of(function)
    root: dict[ir.Value, ir.Value] = {}
    for op in operations:
        if isinstance(op, (tensor.CollapseShapeOp, tensor.ExpandShapeOp)):
            source = op.operation.operands[0]
            root[op.operation.results[0]] = root.get(source, source)
    dispatches = [op for op in operations if isinstance(op, DispatchOp)]
    last = {root.get(value, value): index for index, op in enumerate(dispatches) for value in op.inputs}
    returned = {root.get(value, value) for value in operations[-1].operation.operands}
    held: dict[ir.Value, int] = {}
    peak, at = 0, 0
    for index, op in enumerate(dispatches):
        held.update((value, _rounded(value)) for value in op.outputs if value not in returned)
        if sum(held.values()) > peak:
            peak, at = sum(held.values()), index
        held = {value: size for value, size in held.items() if last.get(value, -1) > index}
    return Liveness(peak, at)


def _rounded(value: ir.Value) -> int:
    return -(-nbytes(value.type) // ALIGNMENT) * ALIGNMENT
