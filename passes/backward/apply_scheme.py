"""pock-apply-scheme: marks which parameters training changes."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from torch_mlir import ir

from pock_mlir.contract import FROZEN, FULL, MODEL, PARAMETER
from pock_mlir.dialects.parameter_view import ParameterViewOp
from pock_mlir.passes.analyses.functions import framework_name, owner_of, parameters_of, views_of
from pock_mlir.passes.machinery.registry import PassFailure, register_pass


@register_pass("pock-apply-scheme")
def apply_scheme(module: ir.Operation, *, train: Sequence[str] = ("*",), symbols: Sequence[str] | None = None) -> None:
    """Trains the floating-point parameters of the model whose names match one of the patterns `train`, and all of the
    loss; freezes all others.

    With `symbols` those that are called exactly so, of model and loss; `train` then says nothing.
    """
    parameters = parameters_of(module)
    patterns = train if symbols is None else ()
    exact = set(symbols or ())
    unmatched = {*patterns, *exact}
    trained = 0
    for symbol, op in {**parameters, **views_of(module)}.items():
        is_model = owner_of(op) == MODEL
        matching = {pattern for pattern in patterns if is_model and fnmatchcase(framework_name(op), pattern)}
        matching |= {symbol} & exact
        unmatched -= matching
        stored = parameters[op.of.value] if isinstance(op, ParameterViewOp) else op
        floating = isinstance(ir.RankedTensorType(stored.type.value).element_type, ir.FloatType)
        chosen = (bool(matching) or (not is_model and symbols is None)) and floating and op.kind.value == PARAMETER
        op.operation.attributes["update"] = ir.StringAttr.get(FULL if chosen else FROZEN)
        trained += chosen
    if unmatched and symbols is None:
        raise PassFailure(module.location, f"no parameter matches the scheme's pattern '{min(unmatched)}'")
    if unmatched:
        raise PassFailure(module.location, f"no parameter has the symbol '{min(unmatched)}'")
    if not trained:
        raise PassFailure(module.location, "the scheme trains no parameter")
