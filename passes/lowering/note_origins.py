"""pock-note-origins: notes in the location of each op what it is.

Nothing of pock is left when a backend decides what runs as one and what lies where. Locations stay with ops to the end,
so that what a backend has made of a step can be told in the words of pock and of the user's model. What is compiled
does not depend on them.
"""

from __future__ import annotations

import math

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.dispatch import DispatchOp
from pock_mlir.dialects.state import UpdateOp
from pock_mlir.dialects.traits import Converts, Elementwise, Selects, traits_of
from pock_mlir.origins import noted
from pock_mlir.passes.analyses.dependence import owner_of
from pock_mlir.passes.analyses.functions import (
    all_operations_of,
    framework_name,
    functions_of,
    parameters_of,
    states_of,
)
from pock_mlir.passes.machinery.registry import register_pass


@register_pass("pock-note-origins")
def note_origins(module: ir.Operation) -> None:
    """Notes in each op's location its name; of what makes a gradient, and of an update, also whose it is."""
    names = _parameter_names(module)
    for function in functions_of(module):
        operations = [op for op in all_operations_of(function) if not isinstance(op, DispatchOp)]
        owners: dict[ir.Operation, str] = {}
        for op in operations:
            if isinstance(op, UpdateOp):
                name = next((names[s.value] for s in op.states if s.value in names), "")
                owners[op.operation] = name
                for maker in _makers(op.inputs[0]) if len(op.inputs) else ():
                    owners.setdefault(maker, name)
        for op in operations:
            operation = op.operation
            short = operation.name.split(".")[-1]
            operation.location = noted(ir, operation.location, short, owners.get(operation, ""))


def _parameter_names(module: ir.Operation) -> dict[str, str]:
    """The user's name of a parameter, by its symbol and by those of its states."""
    parameters = parameters_of(module)
    names = {symbol: framework_name(op) for symbol, op in parameters.items()}
    owned = {symbol: op.parameter.value for symbol, op in states_of(module).items() if op.parameter is not None}
    return names | {symbol: names[owner] for symbol, owner in owned.items() if owner in names}


def _makers(gradient: ir.Value) -> list[ir.Operation]:
    """The op that makes a gradient and, where that only scales, rounds or moves it, those before."""
    makers: dict[ir.Operation, None] = {}
    pending = [gradient]
    while pending:
        value = pending.pop()
        op = owner_of(value)
        if op is None or op in makers:
            continue
        makers[op] = None
        if traits_of(op.name) & {Elementwise, Converts, Selects}:
            size = math.prod(shape_of(value))
            pending += [operand for operand in op.operands if math.prod(shape_of(operand)) == size]
    return list(makers)
