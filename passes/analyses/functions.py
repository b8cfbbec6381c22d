"""Finding functions and state in a module."""

from __future__ import annotations

from collections.abc import Iterator

from torch_mlir import ir
from torch_mlir.dialects import func

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.contract import MODEL
from pock_mlir.dialects.dispatch import DispatchOp
from pock_mlir.dialects.parameter_view import ParameterViewOp
from pock_mlir.dialects.state import AssignOp, ParameterOp, StateOp
from pock_mlir.passes.machinery.registry import PassFailure

IN_PLACE = "pock.in_place"
"""On the function of a piece: the index of the first argument whose storage the last results reuse."""


def top_level(module: ir.Operation) -> list[ir.OpView]:
    """The ops directly in the module."""
    return list(module.regions[0].blocks[0].operations)


def functions_of(module: ir.Operation) -> Iterator[ir.Operation]:
    """The functions that have a body."""
    for op in top_level(module):
        if isinstance(op, func.FuncOp) and op.operation.regions[0].blocks:
            yield op.operation


def function_name(function: ir.Operation) -> str:
    return ir.StringAttr(function.attributes["sym_name"]).value


def find_function(module: ir.Operation, name: str) -> ir.Operation:
    for function in functions_of(module):
        if function_name(function) == name:
            return function
    raise PassFailure(module.location, f"the module has no function '{name}'")


def parameters_of(module: ir.Operation) -> dict[str, ParameterOp]:
    return {op.sym_name.value: op for op in top_level(module) if isinstance(op, ParameterOp)}


def views_of(module: ir.Operation) -> dict[str, ParameterViewOp]:
    """The parameters and buffers that lie in another one's memory, in the model's order."""
    return {op.sym_name.value: op for op in top_level(module) if isinstance(op, ParameterViewOp)}


def trained_of(module: ir.Operation) -> set[str]:
    """The parameters, and views of parameters, that are trained: each has a gradient."""
    return {name for name, op in {**parameters_of(module), **views_of(module)}.items() if op.is_trained}


def trained_parameters(module: ir.Operation) -> set[str]:
    """The parameters whose memory training changes, as themselves or through a view."""
    views = {op.of.value for op in views_of(module).values() if op.is_trained}
    return views | {name for name, op in parameters_of(module).items() if op.is_trained}


def slices_of(module: ir.Operation) -> dict[str, ChannelSlice]:
    """Of the parameters of which training changes some channels, these, as stored."""
    slices = {name: op.channels for name, op in parameters_of(module).items()}
    return {name: channels for name, channels in slices.items() if channels is not None}


def framework_name(op: ParameterOp | ParameterViewOp) -> str:
    """The user's name of a parameter, in the model or the loss."""
    return (op.framework_name or op.sym_name).value


def owner_of(op: ParameterOp | ParameterViewOp) -> str:
    """Whose a parameter is: "model" or "loss"."""
    return MODEL if op.owner is None else op.owner.value


def states_of(module: ir.Operation) -> dict[str, StateOp]:
    return {op.sym_name.value: op for op in top_level(module) if isinstance(op, StateOp)}


def mutable_parameters(module: ir.Operation) -> set[str]:
    """The parameters that are trained, and the buffers that a function assigns (running statistics)."""
    assigned = {
        op.symbol.value
        for function in functions_of(module)
        for op in all_operations_of(function)
        if isinstance(op, AssignOp)
    }
    return trained_parameters(module) | (assigned & set(parameters_of(module)))


def after_state(module: ir.Operation) -> ir.InsertionPoint:
    """Where the next symbol of the state goes: behind the last one, before the functions."""
    for op in top_level(module):
        if not isinstance(op, (ParameterOp, ParameterViewOp, StateOp)):
            return ir.InsertionPoint(op)
    return ir.InsertionPoint(module.regions[0].blocks[0])


def all_operations_of(function: ir.Operation) -> list[ir.OpView]:
    """The ops of a function's only block, and of its dispatches, each behind its own."""
    found: list[ir.OpView] = []
    for op in operations_of(function):
        found += [*(op.body.blocks[0].operations if isinstance(op, DispatchOp) else ()), op]
    return found


def operations_of(function: ir.Operation) -> list[ir.OpView]:
    """The ops of a function's only block."""
    return list(function.regions[0].blocks[0].operations)
