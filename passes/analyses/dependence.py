"""Which values a value depends on in the sense of autograd: whether a parameter has a gradient, be it of zeros.

What is folded afterwards (a mask that is constantly true) makes of gradients zeros, but not none, on which weight decay
and momentum do not act. So it is asked of a program as it was converted, and kept in an attribute of its function.
"""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.state import ReadOp
from pock_mlir.dialects.traits import differentiated_operands

ATTRIBUTE = "pock.loss_depends_on"


def owner_of(value: ir.Value) -> ir.Operation | None:
    """The op whose result a value is; None for an argument."""
    return None if isinstance(value.owner, ir.Block) else value.owner.operation


def is_float(value: ir.Value) -> bool:
    return isinstance(value.type, ir.RankedTensorType) and isinstance(value.type.element_type, ir.FloatType)


def differentiated(operation: ir.Operation) -> list[ir.Value]:
    """The operands to which an op passes gradients on, of zeros or not."""
    operands = list(operation.operands)
    return [operands[index] for index in differentiated_operands(operation) if is_float(operands[index])]


def parameters_behind(value: ir.Value) -> set[str]:
    """The parameters that a value depends on."""
    seen, pending, names = {value}, [value], set()
    while pending:
        current = pending.pop()
        operation = owner_of(current)
        if operation is not None and isinstance(operation.opview, ReadOp):
            names.add(operation.opview.owner_symbol)
        fresh = [v for v in (differentiated(operation) if operation is not None else ()) if v not in seen]
        seen.update(fresh)
        pending += fresh
    return names


def mark(function: ir.Operation, names: set[str]) -> None:
    """Notes on a function the parameters that its loss depends on; if there are none, nothing."""
    if names:
        function.attributes[ATTRIBUTE] = ir.ArrayAttr.get([ir.StringAttr.get(name) for name in sorted(names)])


def marked(function: ir.Operation) -> set[str] | None:
    """The parameters that the loss of a function was found to depend on; None where nobody has looked."""
    if ATTRIBUTE not in function.attributes:
        return None
    return {ir.StringAttr(name).value for name in ir.ArrayAttr(function.attributes[ATTRIBUTE])}


def unmark(function: ir.Operation) -> None:
    if ATTRIBUTE in function.attributes:
        del function.attributes[ATTRIBUTE]
