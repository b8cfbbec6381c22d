"""convert-pock-state: parameters and states to ml_program globals, in-place updates to calls of outlined functions.

An update's function takes inputs, scalars and the states' old values and returns the new ones; its attribute
`pock.in_place` is the index of the first argument whose storage the results reuse. The hand-over makes one in-place
dispatch of each such call.
"""

from __future__ import annotations

from typing import Any

from torch_mlir import ir
from torch_mlir.dialects import func

from pock_mlir.contract import PARAMETER_SCOPE, STATE_SCOPE, dispatch_name, update_name
from pock_mlir.dialects.dispatch import DispatchOp, OutputOp
from pock_mlir.dialects.parameter_view import ParameterViewOp
from pock_mlir.dialects.rewriting import clone_into
from pock_mlir.dialects.state import AssignOp, ParameterOp, ReadOp, StateOp, UpdateOp, update
from pock_mlir.dialects.structured import PARALLEL, generic, identity_map, projection
from pock_mlir.dialects.upstream import convert_float
from pock_mlir.passes.analyses.functions import IN_PLACE, functions_of, mutable_parameters, operations_of, top_level
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
    inputs = [*op.inputs, *op.scalars]
    name = _unused(update_name(symbols[0].value), outlined)
    _outline(module, op, state_types, name)
    loads = [_load(symbol, type) for symbol, type in zip(symbols, state_types, strict=True)]
    call = func.CallOp(state_types, name, [*inputs, *loads])
    for symbol, value in zip(symbols, call.results, strict=True):
        _store(symbol, value)


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


def _outline(module: ir.Operation, op: ir.OpView, state_types: list[ir.Type], name: str) -> None:
    """Adds the update as a function of its own."""
    fixed = [value.type for value in (*op.inputs, *op.scalars)]
    function = _function(module, name, fixed, state_types, state_types)
    arguments = list(function.entry_block.arguments)
    with ir.InsertionPoint(function.entry_block):
        func.ReturnOp(_updated(op, arguments[: len(fixed)], arguments[len(fixed) :]))


def _updated(op: ir.OpView, fixed: list[ir.Value], states: list[ir.Value]) -> list[ir.Value]:
    """The new states of an update, computed in the storage of the old ones."""
    rank = len(ir.RankedTensorType(states[0].type).shape)
    whole, single = identity_map(rank), projection(rank, [])
    maps = [whole] * len(op.inputs) + [single] * len(op.scalars) + [whole] * len(states)
    elements = [ir.RankedTensorType(state.type).element_type for state in states]

    def compute(*values: ir.Value) -> list[ir.Value]:
        return [_rounded(v, element) for v, element in zip(_inlined(op, values), elements, strict=True)]

    return generic(fixed, states, maps, [PARALLEL] * rank, compute)


def _rounded(value: ir.Value, element: ir.Type) -> ir.Value:
    return value if value.type == element else convert_float(value, element)


def _inlined(op: ir.OpView, values: tuple[ir.Value, ...]) -> list[ir.Value]:
    """The body of an update on other values, at the insertion point."""
    body = op.body.blocks[0]
    mapping = dict(zip(body.arguments, values, strict=True))
    *computation, terminator = list(body.operations)
    clone_into(computation, mapping)
    return [mapping[value] for value in terminator.operation.operands]
