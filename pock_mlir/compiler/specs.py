"""What a bundle's manifest says of a module: its parameters, states, inputs and outputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from torch_mlir import ir

from pock_mlir.bundle import ArraySpec, ParameterSpec, StateSpec, ViewSpec
from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.contract import CONSTANT, DTYPES, ELEMENTS, LOSS, MODEL, UINT8, loss_prefix
from pock_mlir.dialects.parameter_view import ParameterViewOp
from pock_mlir.dialects.state import ParameterOp
from pock_mlir.dialects.torch_types import UNSIGNED
from pock_mlir.dialects.traits import Converts, Selects, traits_of
from pock_mlir.errors import CompileError
from pock_mlir.passes.analyses.functions import (
    find_function,
    framework_name,
    functions_of,
    mutable_parameters,
    operations_of,
    owner_of,
    parameters_of,
    states_of,
    views_of,
)


def dtype_of(type: ir.Type, is_unsigned: bool = False) -> str:
    element = str(ir.RankedTensorType(type).element_type)
    if element not in DTYPES:
        raise CompileError(f"element type {element} is not supported")
    return UINT8 if is_unsigned and element == ELEMENTS[UINT8] else DTYPES[element]


def parameter_specs(module: ir.Operation) -> tuple[ParameterSpec, ...]:
    specs = []
    mutable, views = mutable_parameters(module), _view_specs(module)
    for symbol, op in parameters_of(module).items():
        permutation = None if op.permutation is None else tuple(op.permutation)
        stored = list(ir.RankedTensorType(op.type.value).shape)
        shape = stored if permutation is None else [stored[permutation.index(d)] for d in range(len(stored))]
        stored_dtype, dtype = dtype_of(op.type.value, UNSIGNED in op.operation.attributes), None
        if op.framework_element is not None:
            dtype = DTYPES[str(op.framework_element.value)]
        specs.append(
            ParameterSpec(
                framework_name(op),
                op.kind.value,
                tuple(shape),
                dtype or stored_dtype,
                permutation,
                op.is_trained,
                _texts(op.aliases),
                mutable=symbol in mutable,
                stored_dtype=stored_dtype if dtype else None,
                symbol=symbol,
                views=tuple(views.get(symbol, ())),
                owner=owner_of(op),
                loss_names=_texts(op.loss_names),
                channels=_channels(op.channels, permutation),
            )
        )
    return tuple(specs)


def _channels(stored: ChannelSlice | None, permutation: Sequence[int] | None) -> ChannelSlice | None:
    """A slice of what is stored, as one of the framework's layout."""
    if stored is None or permutation is None:
        return stored
    return ChannelSlice(permutation[stored.axis], stored.ranges)


def _view_specs(module: ir.Operation) -> dict[str, list[ViewSpec]]:
    """By the symbol of the parameter; constants are no part of a state dictionary."""
    views: dict[str, list[ViewSpec]] = {}
    for op in views_of(module).values():
        if op.kind.value == CONSTANT:
            continue
        layout = tuple(op.shape), tuple(op.order), tuple(op.axes)
        names = framework_name(op), *_texts(op.aliases)
        specs = [ViewSpec(name, *layout, op.is_trained and name == names[0]) for name in names]
        views.setdefault(op.of.value, []).extend(specs)
    return views


def _texts(attribute: ir.ArrayAttr | None) -> tuple[str, ...]:
    return tuple(ir.StringAttr(text).value for text in attribute or ())


def state_specs(module: ir.Operation) -> tuple[StateSpec, ...]:
    """The states under the names that a checkpoint gives them: those of the loss's parameters with its prefix."""
    specs = []
    named: dict[str, ParameterOp | ParameterViewOp] = {**parameters_of(module), **views_of(module)}
    prefix = loss_prefix(framework_name(op) for op in named.values() if owner_of(op) == MODEL)
    names = {symbol: (prefix if owner_of(op) == LOSS else "") + framework_name(op) for symbol, op in named.items()}
    for symbol, op in states_of(module).items():
        owner, slot = op.parameter and op.parameter.value, op.slot and op.slot.value
        shape = tuple(ir.RankedTensorType(op.type.value).shape)
        view = owner if op.view is None else op.view.value
        name = symbol if view is None else f"{names[view]}.{slot}"
        specs.append(StateSpec(name, shape, dtype_of(op.type.value), op.init.value, owner, slot, symbol=symbol))
    return tuple(specs)


def argument_specs(module: ir.Operation, function: str, names: Sequence[str]) -> tuple[ArraySpec, ...]:
    """The arrays that a function takes, under the caller's names, with the ranges of those that index something."""
    operation = find_function(module, function)
    arguments = list(operation.regions[0].blocks[0].arguments)
    if len(arguments) != len(names):
        raise CompileError(
            f"the model takes {len(arguments)} arrays, {len(names)} were given; "
            "inputs must be tensors that the model uses"
        )
    unsigned = _unsigned(operation, "arg_attrs", len(arguments))
    return tuple(_array_spec(*each) for each in zip(names, arguments, unsigned, strict=True))


def result_specs(module: ir.Operation, function: str, names: Sequence[str]) -> tuple[ArraySpec, ...]:
    operation = find_function(module, function)
    values = list(operations_of(operation)[-1].operation.operands)
    unsigned = _unsigned(operation, "res_attrs", len(values))
    return tuple(
        ArraySpec(n, tuple(v.type.shape), dtype_of(v.type, u)) for n, v, u in zip(names, values, unsigned, strict=True)
    )


def _unsigned(function: ir.Operation, attribute: str, count: int) -> list[bool]:
    """Which of a function's arguments or results are unsigned."""
    if attribute not in function.attributes:
        return [False] * count
    return [UNSIGNED in ir.DictAttr(marks) for marks in function.attributes[attribute]]


def _array_spec(name: str, value: ir.Value, is_unsigned: bool) -> ArraySpec:
    bounds, ignore = _index_range(value)
    return ArraySpec(name, tuple(value.type.shape), dtype_of(value.type, is_unsigned), bounds, ignore)


def _index_range(value: ir.Value) -> tuple[tuple[int, int] | None, int | None]:
    """The values that integers may take where they index a table or are classes: the narrowest over all uses, and the
    value exempt from it.
    """
    high, ignore, pending = None, None, [value]
    while pending:
        for use in pending.pop().uses:
            operation = use.owner.operation
            if len(operation.operands) == 1 and traits_of(operation.name) & {Selects, Converts}:  # the same index
                pending.append(operation.results[0])
            elif operation.name == "pock.embedding" and use.operand_number == 1:
                rows = operation.operands[0].type.shape[0]
                high = rows if high is None else min(high, rows)
            elif operation.name == "pock.cross_entropy" and use.operand_number == 1:
                classes = operation.operands[0].type.shape[1]
                high = classes if high is None else min(high, classes)
                ignore = ir.IntegerAttr(operation.attributes["ignore_index"]).value
    return (None if high is None else (0, high)), ignore


def count_ops(module: ir.Operation) -> dict[str, int]:
    """How often each kind of op occurs in the module's functions."""
    counts = Counter(op.operation.name for function in functions_of(module) for op in operations_of(function))
    return dict(sorted(counts.items()))
