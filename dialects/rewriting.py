"""Building an op once more: on other operands, or with all that it holds."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping, Sequence

from torch_mlir import ir


def rebuild(op: ir.Operation, operands: Sequence[ir.Value], types: Sequence[ir.Type]) -> ir.Operation:
    """The same op, attributes and all, on other operands and with results of other types, at the insertion point.

    Raises `ValueError` for an op with regions, whose contents would not fit.
    """
    if len(op.regions):
        raise ValueError(f"'{op.name}' op has regions; it cannot be rebuilt on other operands")
    attributes = {name: op.attributes[name] for name in op.attributes}
    return ir.Operation.create(op.name, list(types), list(operands), attributes)


def clone_into(ops: Iterable[ir.Operation | ir.OpView], mapping: MutableMapping[ir.Value, ir.Value]) -> None:
    """Clones ops, in their order, at the insertion point; their operands are replaced by `mapping`, where they stand in
    it, and their results added to it.
    """
    for op in ops:
        clone = op.operation.clone()
        for index, value in enumerate(op.operation.operands):
            clone.operands[index] = mapping.get(value, value)
        mapping.update(zip(op.operation.results, clone.results, strict=True))
