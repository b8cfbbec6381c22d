"""Arithmetic on widened tensors, as one loop that reads the narrow ones: wide tensors that several ops read would be
kept in memory.
"""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.rewriting import rebuild
from pock_mlir.dialects.structured import as_stored, elementwise
from pock_mlir.dialects.traits import Converts, Elementwise, has_trait


def reads_widened(operation: ir.Operation) -> bool:
    """Whether an op is elementwise arithmetic on tensors, one of which was widened."""
    return (
        has_trait(operation, Elementwise)
        and not has_trait(operation, Converts)
        and len(operation.results) == 1
        and isinstance(operation.results[0].type, ir.RankedTensorType)
        and any(as_stored(value) != value for value in operation.operands)
    )


def fused(operation: ir.Operation) -> ir.Value:
    """The op on the elements of its operands."""
    result = operation.results[0]
    element = ranked(result).element_type

    def body(*scalars: ir.Value) -> ir.Value:
        return rebuild(operation, scalars, [element]).results[0]

    return elementwise(shape_of(result), element, list(operation.operands), body)
