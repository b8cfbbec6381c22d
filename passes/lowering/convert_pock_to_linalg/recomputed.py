"""What is computed once more stays so: what it is lowered to has its mark, and no pass merges it with the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch_mlir import ir
from torch_mlir.dialects import linalg

from pock_mlir.dialects.upstream import constant
from pock_mlir.passes.analyses.saved import RECOMPUTED


def marking(op: ir.OpView, build: Callable[[], ir.Value | Sequence[ir.Value]]) -> list[ir.Value]:
    """What `build` makes before an op, its structured ops marked as this one is."""
    if RECOMPUTED not in op.operation.attributes:
        return _listed(build())
    begin = constant(0, ir.IndexType.get()).owner.operation
    values = _listed(build())
    pending = [value.owner for value in values]
    seen = {op.operation}
    while pending:
        owner = pending.pop()
        if isinstance(owner, ir.Block) or owner.operation in seen or owner.operation.block != begin.block:
            continue
        seen.add(owner.operation)
        if begin.is_before_in_block(owner.operation):
            _mark(owner.operation, op.operation.attributes[RECOMPUTED])
            pending += [operand.owner for operand in owner.operation.operands]
    begin.erase()
    return values


def _mark(operation: ir.Operation, number: ir.Attribute) -> None:
    """Marks a structured op and its scalar ops: compilers that move reshapes across it keep only these."""
    if operation.name.startswith("linalg.") and operation.name != "linalg.fill":
        operation.attributes[RECOMPUTED] = number
        if operation.name == "linalg.generic":
            for inner in operation.regions[0].blocks[0].operations:
                if not isinstance(inner, linalg.YieldOp):
                    inner.operation.attributes[RECOMPUTED] = number


def _listed(values: ir.Value | Sequence[ir.Value]) -> list[ir.Value]:
    return [values] if isinstance(values, ir.Value) else list(values)
