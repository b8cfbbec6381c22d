"""pock-apply-scheme: marks which parameters training changes, and of which only some channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from torch_mlir import ir

from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.contract import FROZEN, FULL, MODEL, PARAMETER, SLICE
from pock_mlir.dialects.parameter_view import ParameterViewOp
from pock_mlir.dialects.state import ParameterOp
from pock_mlir.passes.analyses.functions import framework_name, owner_of, parameters_of, views_of
from pock_mlir.passes.machinery.registry import PassFailure, register_pass


@register_pass("pock-apply-scheme")
def apply_scheme(
    module: ir.Operation,
    *,
    train: Sequence[str] = ("*",),
    symbols: Sequence[str] | None = None,
    slices: Sequence[str] = (),
) -> None:
    """Trains the floating-point parameters of the model whose names match one of the patterns `train`, and all of the
    loss; freezes all others.

    With `symbols` those that are called exactly so, of model and loss; `train` then says nothing. Of the parameters
    that `slices` name, trained or not by the above, only channels are trained: `symbol=axis:start+size/start+size`,
    the axis being that of the framework's layout.
    """
    parameters, views = parameters_of(module), views_of(module)
    patterns = train if symbols is None else ()
    exact = set(symbols or ())
    unmatched = {*patterns, *exact}
    trained = 0
    for symbol, op in {**parameters, **views}.items():
        is_model = owner_of(op) == MODEL
        matching = {pattern for pattern in patterns if is_model and fnmatchcase(framework_name(op), pattern)}
        matching |= {symbol} & exact
        unmatched -= matching
        stored = parameters[op.of.value] if isinstance(op, ParameterViewOp) else op
        chosen = (bool(matching) or (not is_model and symbols is None)) and _is_trainable(op, stored)
        if isinstance(op, ParameterOp):
            op.set_update(FULL if chosen else FROZEN)
        else:
            op.operation.attributes["update"] = ir.StringAttr.get(FULL if chosen else FROZEN)
        trained += chosen
    if unmatched and symbols is None:
        raise PassFailure(module.location, f"no parameter matches the scheme's pattern '{min(unmatched)}'")
    if unmatched:
        raise PassFailure(module.location, f"no parameter has the symbol '{min(unmatched)}'")
    for text in slices:
        _slice(module, text, parameters, views)
    if not trained and not slices:
        raise PassFailure(module.location, "the scheme trains no parameter")


def _is_trainable(op: ParameterOp | ParameterViewOp, stored: ParameterOp) -> bool:
    floating = isinstance(ir.RankedTensorType(stored.type.value).element_type, ir.FloatType)
    return floating and op.kind.value == PARAMETER


def _slice(
    module: ir.Operation, text: str, parameters: Mapping[str, ParameterOp], views: Mapping[str, ParameterViewOp]
) -> None:
    """Trains channels of one parameter; all of them make it whole."""
    symbol, _, said = text.rpartition("=")
    try:
        channels = ChannelSlice.from_text(said)
    except ValueError as error:
        raise PassFailure(module.location, f"the slice '{text}': {error}") from None
    if symbol not in parameters and symbol not in views:
        raise PassFailure(module.location, f"no parameter has the symbol '{symbol}'")
    sharing = [framework_name(op) for name, op in views.items() if name == symbol or op.of.value == symbol]
    if sharing:
        raise PassFailure(
            module.location,
            f"a slice of a parameter that shares its memory with '{sharing[0]}' cannot be trained: train it whole, or "
            "freeze it",
        )
    op = parameters[symbol]
    if not _is_trainable(op, op):
        raise PassFailure(op.operation.location, f"'{framework_name(op)}' cannot be trained: it is no parameter")
    shape, axis = list(ir.RankedTensorType(op.type.value).shape), channels.axis
    if op.permutation is not None and axis < len(shape):
        axis = list(op.permutation).index(axis)
    stored = ChannelSlice(axis, channels.ranges)
    try:
        whole = list(stored.shape(shape)) == shape
    except ValueError:
        size = f"{shape[axis]} channels" if axis < len(shape) else f"{len(shape)} dimensions"
        raise PassFailure(
            op.operation.location,
            f"the slice of '{framework_name(op)}', axis {channels.axis} up to channel {channels.end}, does not fit its "
            f"{size}",
        ) from None
    op.set_update(FULL if whole else SLICE, None if whole else stored)
