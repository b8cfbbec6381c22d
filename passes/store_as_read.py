"""pock-store-as-read: gives what is updated in place the shape in which a step reads it.

A reshaped view of a state would be a second value of its storage, which IREE copies as soon as the state is overwritten
in the same function, and the copy would be what the step updates from then on. Runs between the lowering of the
computation, which makes reshapes of its own, and that of the state.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.state import AssignOp, ReadOp, UpdateOp, read
from pock_mlir.dialects.traits import ReadEffect, WriteEffect, has_trait, read_symbols, written_symbols
from pock_mlir.dialects.upstream import reshape
from pock_mlir.passes.functions import functions_of, operations_of, parameters_of, states_of
from pock_mlir.passes.registry import PassFailure, register_pass

Shape = tuple[int, ...]
RESHAPES = frozenset({"tensor.collapse_shape", "tensor.expand_shape"})


@register_pass("pock-store-as-read")
def store_as_read(module: ir.Operation) -> None:
    """Stores what a function updates and always reads reshaped in that shape: parameters and their slots alike."""
    symbols = {**parameters_of(module), **states_of(module)}
    for group in _updated_together(module, symbols):
        shapes = set().union(*(_shapes_read(function, group) for function in functions_of(module)))
        stored = {tuple(ir.RankedTensorType(symbols[name].type.value).shape) for name in group}
        if len(shapes) == 1 and len(stored) == 1:
            shape = shapes.pop()
            if _without_ones(shape) != _without_ones(stored.pop()):
                _store(module, {name: symbols[name] for name in group}, list(shape))


def _without_ones(shape: Shape) -> list[int]:
    """Dimensions of size 1 come and go for free."""
    return [size for size in shape if size != 1]


def _updated_together(module: ir.Operation, symbols: dict[str, ir.OpView]) -> list[set[str]]:
    """The symbols, in groups that need one shape: those of one update, and what an update takes as its input."""
    groups = {name: {name} for name in symbols}
    for function in functions_of(module):
        for op in operations_of(function):
            if not isinstance(op, UpdateOp):
                continue
            inputs = [value.owner for value in op.inputs]
            read_too = read_symbols(owner.opview for owner in inputs if has_trait(owner, ReadEffect))
            names = [*op.written, *read_too]
            unknown = next((name for name in names if name not in groups), None)
            if unknown is not None:
                raise PassFailure(op.operation.location, f"'{unknown}' is no parameter or state of the module")
            merged = set().union(*(groups[name] for name in names))
            groups.update(dict.fromkeys(merged, merged))
    return [group for name, group in groups.items() if name == next(n for n in symbols if n in group)]


def _shapes_read(function: ir.Operation, group: set[str]) -> set[Shape]:
    """The shapes in which a function computes with the members of a group that it changes."""
    operations = operations_of(function)
    changed = {symbol for op in operations for symbol in written_symbols(op)}
    reads = (op for op in operations if isinstance(op, ReadOp) and op.symbol.value in group & changed)
    return {shape for op in reads for shape in _shapes_used(op.result)}


def _shapes_used(value: ir.Value) -> Iterator[Shape]:
    for use in value.uses:
        if use.owner.name in RESHAPES:
            yield from _shapes_used(use.owner.results[0])
        elif not has_trait(use.owner, WriteEffect):  # which takes a value in the shape of what it changes
            yield tuple(shape_of(value))


def _store(module: ir.Operation, group: dict[str, ir.OpView], shape: list[int]) -> None:
    for op in group.values():
        element = ir.RankedTensorType(op.type.value).element_type
        op.operation.attributes["type"] = ir.TypeAttr.get(ir.RankedTensorType.get(shape, element))
        op.permutation = None
    for function in functions_of(module):
        for op in operations_of(function):
            with ir.InsertionPoint(op), op.operation.location:
                _adapt(op, group, shape)


def _adapt(op: ir.OpView, group: dict[str, ir.OpView], shape: list[int]) -> None:
    if isinstance(op, ReadOp) and op.symbol.value in group:
        value = reshape(read(op.symbol.value, group[op.symbol.value].type.value), shape_of(op.result))
        op.result.replace_all_uses_with(value)
        op.operation.erase()
    elif isinstance(op, UpdateOp) and op.states[0].value in group:
        for index, value in enumerate(op.inputs):
            op.operation.operands[index] = reshape(value, shape)
    elif isinstance(op, AssignOp) and op.symbol.value in group:
        op.operation.operands[0] = reshape(op.value, shape)
