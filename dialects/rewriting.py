"""Building an op once more: on other operands, or with all that it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, Sequence

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
    """Clones ops, in their order, at the insertion point; what they use, in their regions too, is replaced by
    `mapping`, where it stands in it, and their results are added to it.
    """
    for op in ops:
        clone = op.operation.clone()
        for inner in with_nested(clone):
            for index, value in enumerate(inner.operands):
                if value in mapping:
                    inner.operands[index] = mapping[value]
        mapping.update(zip(op.operation.results, clone.results, strict=True))


def with_nested(op: ir.Operation) -> Iterator[ir.Operation]:
    """An op and all ops in its regions."""
    yield op.operation
    for region in op.operation.regions:
        for block in region:
            for inner in block.operations:
                yield from with_nested(inner.operation)


def captured(ops: Iterable[ir.OpView]) -> list[ir.Value]:
    """The values from outside that ops use, in their regions too, each once and in the order of their use."""
    nested = [inner for op in ops for inner in with_nested(op.operation)]
    inside = {result for inner in nested for result in inner.results}
    blocks = {block for inner in nested for region in inner.regions for block in region}
    values = (value for inner in nested for value in inner.operands)
    return [*dict.fromkeys(v for v in values if v not in inside and v.owner not in blocks)]
