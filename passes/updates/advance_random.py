"""pock-advance-random: counts the step that random numbers are drawn for."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.contract import RANDOM_STEP
from pock_mlir.dialects import state
from pock_mlir.dialects.upstream import constant
from pock_mlir.passes.analyses.functions import functions_of, operations_of
from pock_mlir.passes.machinery.registry import register_pass


@register_pass("pock-advance-random")
def advance_random(module: ir.Operation) -> None:
    """Adds 1 to the state `rng.step` at the end of each function that draws random numbers, so that its next call draws
    others.
    """
    for function in functions_of(module):
        operations = operations_of(function)
        if any(op.operation.name == "pock.read" and op.symbol.value == RANDOM_STEP for op in operations):
            with ir.InsertionPoint(operations[-1]), function.location:
                state.update([RANDOM_STEP], [], [], [ir.IntegerType.get_signless(32)], _next)


def _next(step: ir.Value) -> list[ir.Value]:
    return [arith.AddIOp(step, constant(1, step.type)).result]
