"""pock-store-as-read: gives what is updated in place the shape in which a step reads it.

A reshaped view of a state would be a second value of its storage, which IREE copies as soon as the state is overwritten
in the same function, and the copy would be what the step updates from then on. Runs between the lowering of the
computation, which makes reshapes of its own, and that of the state.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping

from torch_mlir import ir
from torch_mlir.dialects import tensor

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.contract import SLICE
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.slice import reshaped
from pock_mlir.dialects.state import AssignOp, ParameterOp, ReadOp, UpdateOp, read
from pock_mlir.dialects.traits import ReadEffect, WriteEffect, has_trait, read_symbols, written_symbols
from pock_mlir.dialects.upstream import reshape
from pock_mlir.passes.analyses.functions import all_operations_of, functions_of, parameters_of, slices_of, states_of
from pock_mlir.passes.machinery.registry import PassFailure, register_pass

Shape = tuple[int, ...]


@register_pass("pock-store-as-read")
def store_as_read(module: ir.Operation) -> None:
    """Stores what a function updates and always reads reshaped in that shape: parameters and their slots alike."""
    symbols = {**parameters_of(module), **states_of(module)}
    read_as, slices = _shapes_read(module), slices_of(module)
    stored: dict[str, ir.Type] = {}
    for group in _updated_together(module, symbols):
        shapes = set[Shape]().union(*(read_as.get(name, ()) for name in group))
        if len(shapes) == 1:
            stored.update(_in_shape(shapes.pop(), {name: symbols[name].type.value for name in group}, slices))
    if stored:
        _store(module, {name: symbols[name] for name in stored}, stored, slices)


def _in_shape(shape: Shape, types: Mapping[str, ir.Type], slices: Mapping[str, ChannelSlice]) -> dict[str, ir.Type]:
    """The types of what is updated together once it is stored in another shape; nothing if that is none, or if the
    channels that are updated of a parameter would be no channels there.
    """
    before = {tuple(ir.RankedTensorType(type).shape) for type in types.values()}
    sliced = next((name for name in types if name in slices), None)
    if sliced is None:
        if len(before) > 1 or _without_ones(shape) == _without_ones(before.pop()):
            return {}
        return {name: _reshaped(type, shape) for name, type in types.items()}
    whole = ir.RankedTensorType(types[sliced]).shape
    if math.prod(shape) != math.prod(whole):  # that in which a slot is read
        return {}
    moved = reshaped(slices[sliced], whole, list(shape))
    if moved is None or _without_ones(shape) == _without_ones(tuple(whole)):
        return {}
    others = {name: _reshaped(type, moved.shape(shape)) for name, type in types.items() if name != sliced}
    return {sliced: _reshaped(types[sliced], shape), **others}


def _without_ones(shape: Shape) -> list[int]:
    """Dimensions of size 1 come and go for free."""
    return [size for size in shape if size != 1]


def _reshaped(type: ir.Type, shape: Shape) -> ir.Type:
    return ir.RankedTensorType.get(list(shape), ir.RankedTensorType(type).element_type)


def _updated_together(module: ir.Operation, symbols: Collection[str]) -> list[set[str]]:
    """The symbols, in groups that need one shape: those of one update, and what an update takes as its input."""
    groups = {name: {name} for name in symbols}
    for function in functions_of(module):
        for op in all_operations_of(function):
            if not isinstance(op, UpdateOp):
                continue
            inputs = [value.owner for value in op.inputs]
            read_too = read_symbols(owner.opview for owner in inputs if has_trait(owner, ReadEffect))
            names = [*op.written, *read_too]
            unknown = next((name for name in names if name not in groups), None)
            if unknown is not None:
                raise PassFailure(op.operation.location, f"'{unknown}' is no parameter or state of the module")
            merged = set[str]().union(*(groups[name] for name in names))
            groups.update(dict.fromkeys(merged, merged))
    return list({id(group): group for group in groups.values()}.values())


def _shapes_read(module: ir.Operation) -> dict[str, set[Shape]]:
    """By symbol the shapes in which functions that change it compute with it."""
    found: dict[str, set[Shape]] = {}
    for function in functions_of(module):
        operations = all_operations_of(function)
        changed = {symbol for op in operations for symbol in written_symbols(op)}
        for op in operations if changed else ():
            if isinstance(op, ReadOp) and op.symbol.value in changed:
                found.setdefault(op.symbol.value, set()).update(_shapes_used(op.result))
    return found


def _shapes_used(value: ir.Value) -> Iterator[Shape]:
    for use in value.uses:
        user = use.owner.operation.opview
        if isinstance(user, (tensor.CollapseShapeOp, tensor.ExpandShapeOp)):
            yield from _shapes_used(user.operation.results[0])
        elif not has_trait(user, WriteEffect):  # which takes a value in the shape of what it changes
            yield tuple(shape_of(value))


def _store(
    module: ir.Operation,
    symbols: Mapping[str, ir.OpView],
    types: Mapping[str, ir.Type],
    slices: Mapping[str, ChannelSlice],
) -> None:
    moved: dict[str, ChannelSlice] = {}
    for name, op in symbols.items():
        before = ir.RankedTensorType(op.type.value).shape
        op.operation.attributes["type"] = ir.TypeAttr.get(types[name])
        if isinstance(op, ParameterOp):
            op.permutation = None
        channels = reshaped(slices[name], before, ir.RankedTensorType(types[name]).shape) if name in slices else None
        if isinstance(op, ParameterOp) and channels is not None:
            moved[name] = channels
            op.set_update(SLICE, channels)
    for function in functions_of(module):
        for op in all_operations_of(function):
            with ir.InsertionPoint(op), op.operation.location:
                _adapt(op, types, moved)


def _adapt(op: ir.OpView, types: Mapping[str, ir.Type], moved: Mapping[str, ChannelSlice]) -> None:
    """Gives an op that reads or changes one of the symbols `types` what it reads or takes in the new shape."""
    if isinstance(op, ReadOp) and op.symbol.value in types:
        value = reshape(read(op.symbol.value, types[op.symbol.value]), shape_of(op.result))
        op.result.replace_all_uses_with(value)
        op.operation.erase()
    elif isinstance(op, UpdateOp) and op.written[0] in types:
        shape = ir.RankedTensorType(types[op.written[0]]).shape
        if op.written[0] in moved:
            op.set_channels(moved[op.written[0]])
            shape = moved[op.written[0]].shape(shape)
        for index, value in enumerate(op.inputs):
            op.operation.operands[index] = reshape(value, shape)
    elif isinstance(op, AssignOp) and op.symbol.value in types:
        op.operation.operands[0] = reshape(op.value, ir.RankedTensorType(types[op.symbol.value]).shape)
