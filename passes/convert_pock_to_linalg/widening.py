"""Arithmetic on widened tensors, as one loop that reads the narrow ones: IREE would keep the wide tensors in memory
where several ops read them.
"""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.base import ranked, shape_of

from .structured import as_stored, elementwise

CONVERSIONS = frozenset({"arith.constant", "arith.extf", "arith.truncf"})


def reads_widened(operation: ir.Operation) -> bool:
    """Whether an op is elementwise arithmetic on tensors, one of which was widened."""
    return (
        operation.name.startswith(("arith.", "math."))
        and operation.name not in CONVERSIONS
        and len(operation.results) == 1
        and isinstance(operation.results[0].type, ir.RankedTensorType)
        and any(as_stored(value) != value for value in operation.operands)
    )


def fused(operation: ir.Operation) -> ir.Value:
    """The op on the elements of its operands."""
    result = operation.results[0]
    element = ranked(result).element_type
    attributes = {name: operation.attributes[name] for name in operation.attributes}

    def body(*scalars: ir.Value) -> ir.Value:
        return ir.Operation.create(operation.name, [element], list(scalars), attributes).results[0]

    return elementwise(shape_of(result), element, list(operation.operands), body)
