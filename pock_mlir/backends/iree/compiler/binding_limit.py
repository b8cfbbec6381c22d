"""Keeps the pieces that IREE makes of a function within the buffers that it can hand to one.

IREE fuses chains of elementwise ops over any number of function arguments, each a buffer of its own, and the runtime
then refuses more than 32 in one dispatch (iree/modules/hal/module.c). Parameters, states and transients share buffers.
"""

from __future__ import annotations

from iree.compiler import ir

# Of 32, some are left for parameters, states, constants, transients and results.
MOST_ARGUMENTS = 24
BARRIER = "util.optimization_barrier"


def limit_bindings(function: ir.Operation) -> None:
    """Cuts the function where a value would be computed from too many arguments at once."""
    block = function.regions[0].blocks[0]
    if len(block.arguments) <= MOST_ARGUMENTS:
        return
    reached: dict[ir.Value, frozenset[ir.Value]] = {argument: frozenset([argument]) for argument in block.arguments}
    for op in list(block.operations):
        _cut_before(op.operation, reached)
        arguments = frozenset[ir.Value]().union(*(reached.get(value, frozenset()) for value in op.operation.operands))
        reached.update(dict.fromkeys(op.operation.results, arguments))


def _cut_before(op: ir.Operation, reached: dict[ir.Value, frozenset[ir.Value]]) -> None:
    """Puts barriers on the op's operands, those of the most arguments first, until few enough remain."""
    operands = {value: reached[value] for value in op.operands if len(reached.get(value, ())) > 1}
    for value in sorted(operands, key=lambda value: -len(operands[value])):
        if len(frozenset[ir.Value]().union(*(reached.get(v, frozenset()) for v in op.operands))) <= MOST_ARGUMENTS:
            return
        with ir.InsertionPoint(op), op.location:
            cut = ir.Operation.create(BARRIER, [value.type], [value]).results[0]
        reached[cut] = frozenset([cut])
        for index, operand in enumerate(op.operands):
            if operand == value:
                op.operands[index] = cut
