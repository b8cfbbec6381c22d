"""convert-pock-state: parameters and states to ml_program globals, in-place updates to calls of outlined functions.

An update's function takes inputs, scalars and the states' old values and returns the new ones; its attribute
`pock.in_place` is the index of the first argument whose storage the results reuse. The hand-over makes one in-place
dispatch of each such call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch_mlir import ir
from torch_mlir.dialects import func

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.contract import PARAMETER_SCOPE, STATE_SCOPE, dispatch_name, update_name
from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.dispatch import DispatchOp, OutputOp
from pock_mlir.dialects.parameter_view import ParameterViewOp
from pock_mlir.dialects.rewriting import clone_into
from pock_mlir.dialects.state import AssignOp, ParameterOp, ReadOp, StateOp, UpdateOp, update
from pock_mlir.dialects.structured import PARALLEL, empty, generic, identity_map, projection
from pock_mlir.dialects.upstream import convert_float
from pock_mlir.passes.analyses.functions import IN_PLACE, functions_of, mutable_parameters, operations_of, top_level
from pock_mlir.passes.lowering.channels import element_at, index_table, is_one_run, put, put_run, run_of
from pock_mlir.passes.machinery.registry import PassFailure, register_pass

SCOPE = "pock.scope"


@register_pass("convert-pock-state")
def convert_pock_state(module: ir.Operation) -> None:
    """Converts state to ml_program globals and updates to calls of in-place functions; no pock op may be left."""
    types: dict[str, ir.Type] = {}
    mutable = mutable_parameters(module)
    for op in top_level(module):
        if isinstance(op, (ParameterOp, StateOp)):
            types[op.sym_name.value] = op.type.value
            with ir.InsertionPoint(op), op.operation.location:
                _global(op, is_mutable=isinstance(op, StateOp) or op.sym_name.value in mutable)
            op.operation.erase()
        elif isinstance(op, ParameterViewOp):
            op.operation.erase()
    outlined: set[str] = set()
    for function in list(functions_of(module)):
        for op in operations_of(function):
            _convert(module, op, types, outlined)


def _global(op: ir.OpView, *, is_mutable: bool) -> None:
    """Where a global's value comes from is no matter of the program: the runtime provides it under the global's scope
    and name.
    """
    is_parameter = isinstance(op, ParameterOp)
    attributes = {
        "sym_name": op.sym_name,
        "type": op.operation.attributes["type"],
        "sym_visibility": ir.StringAttr.get("private"),
        "value": ir.Attribute.parse(f"#ml_program.extern : {op.type.value}"),
        SCOPE: ir.StringAttr.get(PARAMETER_SCOPE if is_parameter else STATE_SCOPE),
    }
    if is_mutable:
        attributes["is_mutable"] = ir.UnitAttr.get()
    ir.Operation.create("ml_program.global", [], [], attributes)


def _convert(module: ir.Operation, op: ir.OpView, types: dict[str, ir.Type], outlined: set[str]) -> None:
    operation = op.operation
    name = operation.name
    if not name.startswith("pock."):
        return
    with ir.InsertionPoint(op), operation.location:
        if isinstance(op, ReadOp):
            operation.results[0].replace_all_uses_with(_load(op.symbol, operation.results[0].type))
        elif isinstance(op, AssignOp):
            _convert_assign(module, op, types, outlined)
        elif isinstance(op, UpdateOp):
            _convert_update(module, op, types, outlined)
        elif isinstance(op, DispatchOp):
            _convert_dispatch(module, op, types, outlined)
        else:
            raise PassFailure(operation.location, f"'{name}' op is left over: it has not been lowered")
    operation.erase()


def _load(symbol: ir.FlatSymbolRefAttr, type: ir.Type) -> ir.Value:
    return ir.Operation.create("ml_program.global_load", [type], [], {"global": symbol}).results[0]


def _store(symbol: ir.FlatSymbolRefAttr, value: ir.Value) -> None:
    ir.Operation.create("ml_program.global_store", [], [value], {"global": symbol})


def _convert_assign(module: ir.Operation, op: ir.OpView, types: dict[str, ir.Type], outlined: set[str]) -> None:
    """As an update, so that the value goes where the old one is: a plain store would move the state to a new buffer.
    An argument, the caller's array, becomes the state as it is.
    """
    if isinstance(op.value.owner, ir.Block):
        _store(op.symbol, op.value)
        return
    element = ir.RankedTensorType(types[op.symbol.value]).element_type
    copy = update([op.symbol.value], [op.value], [], [element], lambda value, old: [value])
    _convert_update(module, copy, types, outlined)
    copy.operation.erase()


def _convert_update(module: ir.Operation, op: ir.OpView, types: dict[str, ir.Type], outlined: set[str]) -> None:
    symbols = list(op.states)
    state_types = [types[symbol.value] for symbol in symbols]
    given = [*op.inputs, *op.scalars]
    name = _unused(update_name(symbols[0].value), outlined)
    states = [_load(symbol, type) for symbol, type in zip(symbols, state_types, strict=True)]
    if op.channels is not None and not is_one_run(op.channels):
        new = _call_scattered(module, op, given, states, name, outlined)
    else:
        new = _call_in_place(module, name, given, states, [], lambda fixed, old: _updated(op, fixed, old))
    for symbol, value in zip(symbols, new, strict=True):
        _store(symbol, value)


def _call_scattered(
    module: ir.Operation,
    op: ir.OpView,
    given: list[ir.Value],
    states: list[ir.Value],
    name: str,
    outlined: set[str],
) -> list[ir.Value]:
    """The new states of an update of several runs of channels: a piece computes them all, the channels as a value of
    their own, and one writes these into the first state. A piece has one loop nest: IREE divides but one among workers.
    """
    whole, *rest = states
    channels: ChannelSlice = op.channels
    element = ranked(whole).element_type
    part = ir.RankedTensorType.get(list(channels.shape(shape_of(whole))), element)

    def compute(fixed: list[ir.Value], old: list[ir.Value]) -> list[ir.Value]:
        return _updated_apart(op, fixed[:-1], fixed[-1], old)

    new, *rest = _call_in_place(module, name, [*given, whole], rest, [part], compute)
    place = _unused(update_name(op.written[0]), outlined)
    placed = _call_in_place(module, place, [new], [whole], [], lambda new, old: [put(new[0], old[0], channels)])
    return [*placed, *rest]


def _call_in_place(
    module: ir.Operation,
    name: str,
    given: list[ir.Value],
    states: list[ir.Value],
    fresh: list[ir.Type],
    body: Callable[[list[ir.Value], list[ir.Value]], list[ir.Value]],
) -> list[ir.Value]:
    """Calls a new function, which `body` fills: of what is given and of the states' old values it makes values of the
    types `fresh`, and the new states in the storage of the old ones.
    """
    results = [*fresh, *(value.type for value in states)]
    function = _function(module, name, [value.type for value in given], [value.type for value in states], results)
    arguments = list(function.entry_block.arguments)
    with ir.InsertionPoint(function.entry_block):
        func.ReturnOp(body(arguments[: len(given)], arguments[len(given) :]))
    return list(func.CallOp(results, name, [*given, *states]).results)


def _unused(name: str, used: set[str]) -> str:
    """The name, numbered if it is in use, which it is from now on."""
    count, unused = 1, name
    while unused in used:
        count, unused = count + 1, f"{name}.{count}"
    used.add(unused)
    return unused


def _convert_dispatch(module: ir.Operation, op: DispatchOp, types: dict[str, ir.Type], outlined: set[str]) -> None:
    """As a call of a function of its own, which returns the outputs and then the new states."""
    inputs, symbols = op.inputs, op.written
    state_types = [types[symbol] for symbol in symbols]
    results = [*(value.type for value in op.outputs), *state_types]
    name = _unused(dispatch_name(op.kind.value), outlined)
    function = _function(module, name, [value.type for value in inputs], state_types, results)
    arguments = list(function.entry_block.arguments)
    mapping = dict(zip(inputs, arguments, strict=False))
    old = dict(zip(symbols, arguments[len(inputs) :], strict=True))
    with ir.InsertionPoint(function.entry_block):
        outputs, new = [], dict[str, ir.Value]()
        for inner in op.body.blocks[0].operations:
            if isinstance(inner, OutputOp):
                outputs.append(mapping[inner.value])
            elif isinstance(inner, UpdateOp):
                given = [mapping[value] for value in (*inner.inputs, *inner.scalars)]
                new.update(zip(inner.written, _updated(inner, given, [old[s] for s in inner.written]), strict=True))
            elif isinstance(inner, AssignOp):
                new[inner.symbol.value] = _assigned(mapping[inner.value], old[inner.symbol.value])
            else:
                clone_into([inner], mapping)
        func.ReturnOp([*outputs, *(new[symbol] for symbol in symbols)])
    loads = [_load(ir.FlatSymbolRefAttr.get(symbol), types[symbol]) for symbol in symbols]
    call = func.CallOp(results, name, [*inputs, *loads])
    for symbol, value in zip(symbols, list(call.results)[len(outputs) :], strict=True):
        _store(ir.FlatSymbolRefAttr.get(symbol), value)
    for result, value in zip(op.outputs, call.results, strict=False):
        result.replace_all_uses_with(value)


def _assigned(value: ir.Value, old: ir.Value) -> ir.Value:
    """The value, in the storage of the old one."""
    rank = len(ir.RankedTensorType(old.type).shape)
    whole = identity_map(rank)
    return generic([value], [old], [whole, whole], [PARALLEL] * rank, lambda new, _: [new])[0]


def _function(
    module: ir.Operation, name: str, fixed: list[ir.Type], states: list[ir.Type], results: list[ir.Type]
) -> Any:
    """A new function of a piece; the storage of the arguments behind `fixed` is that of the last results."""
    types = [*fixed, *states]
    with ir.InsertionPoint(module.regions[0].blocks[0]):
        function = func.FuncOp(name, (types, results), visibility="private")
    function.attributes[IN_PLACE] = ir.IntegerAttr.get(ir.IntegerType.get_signless(64), len(fixed))
    function.add_entry_block()
    return function


def _updated(op: ir.OpView, fixed: list[ir.Value], states: list[ir.Value]) -> list[ir.Value]:
    """The new states of an update, computed in the storage of the old ones; of one run of channels at most."""
    channels = op.channels
    changing = states if channels is None else [run_of(states[0], channels), *states[1:]]
    rank = len(shape_of(changing[0]))
    maps = [*_maps(op, rank), *[identity_map(rank)] * len(changing)]

    def compute(*values: ir.Value) -> list[ir.Value]:
        return _new_elements(op, values, states)

    new = generic(fixed, changing, maps, [PARALLEL] * rank, compute)
    return new if channels is None else [put_run(new[0], states[0], channels), *new[1:]]


def _updated_apart(op: ir.OpView, fixed: list[ir.Value], whole: ir.Value, rest: list[ir.Value]) -> list[ir.Value]:
    """The new channels of an update's first state as a value of their own, and the new other states in the storage of
    the old ones.
    """
    channels, count = op.channels, len(fixed)
    shape, axis = list(channels.shape(shape_of(whole))), channels.axis
    part, rank = empty(shape, ranked(whole).element_type), len(shape)
    maps = [*_maps(op, rank), projection(rank, [axis]), *[identity_map(rank)] * (1 + len(rest))]

    def compute(*values: ir.Value) -> list[ir.Value]:
        given, index, _, *old = (values[:count], *values[count:])
        return _new_elements(op, (*given, element_at(whole, axis, index), *old), [whole, *rest])

    return generic([*fixed, index_table(channels)], [part, *rest], maps, [PARALLEL] * rank, compute)


def _maps(op: ir.OpView, rank: int) -> list[ir.AffineMap]:
    """Of the inputs and the scalars of an update."""
    return [identity_map(rank)] * len(op.inputs) + [projection(rank, [])] * len(op.scalars)


def _new_elements(op: ir.OpView, values: tuple[ir.Value, ...], states: list[ir.Value]) -> list[ir.Value]:
    """The new elements of the states, by an update's body, as these are stored."""
    elements = (ranked(state).element_type for state in states)
    return [_rounded(value, element) for value, element in zip(_inlined(op, values), elements, strict=True)]


def _rounded(value: ir.Value, element: ir.Type) -> ir.Value:
    return value if value.type == element else convert_float(value, element)


def _inlined(op: ir.OpView, values: tuple[ir.Value, ...]) -> list[ir.Value]:
    """The body of an update on other values, at the insertion point."""
    body = op.body.blocks[0]
    mapping = dict(zip(body.arguments, values, strict=True))
    *computation, terminator = list(body.operations)
    clone_into(computation, mapping)
    return [mapping[value] for value in terminator.operation.operands]
