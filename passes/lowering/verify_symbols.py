"""pock-verify-symbols: checks that reads and writes of state name state of the right type (per op it would cost
quadratic time).
"""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.contract import PARAMETER
from pock_mlir.passes.analyses.functions import (
    all_operations_of,
    functions_of,
    parameters_of,
    slices_of,
    states_of,
    trained_of,
    trained_parameters,
    views_of,
)
from pock_mlir.passes.machinery.registry import PassFailure, register_pass


@register_pass("pock-verify-symbols")
def verify_symbols(module: ir.Operation) -> None:
    """Checks every symbol that an op reads or writes: defined, of the op's type, and writable."""
    parameters, states = parameters_of(module), states_of(module)
    types = {name: op.type.value for name, op in {**parameters, **states}.items()}
    slices = slices_of(module)
    views, trained, changed = views_of(module), trained_of(module), trained_parameters(module)
    for name, view in views.items():
        if view.of.value not in parameters:
            raise PassFailure(
                view.operation.location, f"'@{name}' is a view of '@{view.of.value}', which is no parameter"
            )

    def check(op: ir.OpView, symbol: str, type: ir.Type | None) -> None:
        if symbol not in types:
            raise PassFailure(op.operation.location, f"'{op.operation.name}' op '@{symbol}' is no parameter or state")
        if type is not None and type != types[symbol]:
            raise PassFailure(
                op.operation.location,
                f"'{op.operation.name}' op type {type} differs from that of '@{symbol}', {types[symbol]}",
            )

    def check_written(op: ir.OpView, symbol: str, type: ir.Type | None) -> None:
        check(op, symbol, type)
        if symbol in parameters and parameters[symbol].kind.value == PARAMETER and symbol not in changed:
            raise PassFailure(op.operation.location, f"'{op.operation.name}' op writes '@{symbol}', which is frozen")

    def check_view(op: ir.OpView, view: str, symbol: str) -> None:
        if view not in views or views[view].of.value != symbol:
            raise PassFailure(op.operation.location, f"'{op.operation.name}' op '@{view}' is no view of '@{symbol}'")

    for function in functions_of(module):
        for op in all_operations_of(function):
            name = op.operation.name
            if name == "pock.read":
                check(op, op.symbol.value, op.result.type)
                if op.owner_symbol != op.symbol.value:
                    check_view(op, op.owner_symbol, op.symbol.value)
            elif name == "pock.assign":  # the model's own doing, to what it has frozen too
                check(op, op.symbol.value, op.value.type)
            elif name == "pock.gradient":
                owner = op.parameter.value
                memory = views[owner].of.value if owner in views else owner
                check_written(op, memory, None if owner in slices else op.value.type)
                if owner in slices:
                    _check_shapes(op, [op.value.type], types[owner], slices[owner])
                if owner in views and owner not in trained:
                    raise PassFailure(op.operation.location, f"'{name}' op writes '@{owner}', which is frozen")
            elif name == "pock.update":
                for symbol in op.states:
                    check_written(op, symbol.value, None)
                if op.channels != slices.get(op.written[0]):
                    raise PassFailure(
                        op.operation.location,
                        f"'{name}' op updates other channels than those that are trained of '@{op.written[0]}'",
                    )
                first, *rest = [types[symbol.value] for symbol in op.states]
                _check_shapes(op, [*rest, *(value.type for value in op.inputs)], first, op.channels)


def _check_shapes(op: ir.OpView, given: list[ir.Type], whole: ir.Type, channels: ChannelSlice | None) -> None:
    """Whether the types that an op takes are of the shape of the channels, or of the whole."""
    expected = tuple(ir.RankedTensorType(whole).shape)
    if channels is not None:
        expected = channels.shape(expected)
    shapes = {expected, *(tuple(ir.RankedTensorType(type).shape) for type in given)}
    if len(shapes) > 1:
        what = f"'{op.operation.name}' op expects inputs and states of one shape"
        raise PassFailure(op.operation.location, f"{what}, got {sorted(shapes)}")
