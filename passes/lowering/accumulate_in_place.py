"""pock-accumulate-in-place: a scatter whose result is added to another value adds to that value's storage.

So it is with the gradient of an embedding that is the output matrix, too. Zeros of the table's size and a sum go; and a
backend that fuses sums with the product that makes the other term would make both at the end of the backward pass, and
every update behind them.
"""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg

from pock_mlir.dialects.base import defining_op
from pock_mlir.passes.analyses.functions import functions_of, operations_of
from pock_mlir.passes.machinery.registry import register_pass

SCATTER = "tm_tensor.scatter"


@register_pass("pock-accumulate-in-place")
def accumulate_in_place(module: ir.Operation) -> None:
    """Lets scatters that add to zeros add to the other term of a sum instead. Runs on lowered ops."""
    for function in functions_of(module):
        place: dict[ir.Value, int] = {}
        for index, op in enumerate(operations_of(function)):
            place.update((result, index) for result in op.operation.results)
            if isinstance(op, arith.AddFOp):
                _accumulate(op, place)


def _accumulate(add: arith.AddFOp, place: dict[ir.Value, int]) -> None:
    for term, other in ((add.lhs, add.rhs), (add.rhs, add.lhs)):
        scatter = defining_op(term, ir.OpView)
        if scatter is None or not _adds_to_zeros(scatter.operation):
            continue
        is_before = other in place and place[other] < place[term]
        if is_before and _is_used_once(term) and _is_used_once(other):
            scatter.operation.operands[2] = other
            add.result.replace_all_uses_with(term)
            add.operation.erase()
            return


def _adds_to_zeros(op: ir.Operation) -> bool:
    """Whether an op is a scatter that adds its updates to zeros."""
    if op.name != SCATTER:
        return False
    combining = [inner.operation.name for inner in op.regions[0].blocks[0].operations]
    fill = defining_op(op.operands[2], linalg.FillOp)
    value = None if fill is None else defining_op(fill.inputs[0], arith.ConstantOp)
    return combining == ["arith.addf", "tm_tensor.yield"] and value is not None and value.literal_value == 0.0


def _is_used_once(value: ir.Value) -> bool:
    return len(list(value.uses)) == 1
