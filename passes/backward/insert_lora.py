"""pock-insert-lora: adapters of low rank beside the products with frozen weights (LoRA, arXiv:2106.09685)."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from torch_mlir import ir

from pock_mlir.contract import LORA_A, LORA_B, MODEL, adapter_name, symbol_of
from pock_mlir.dialects import state
from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.conv2d import Conv2dOp, Window, conv2d
from pock_mlir.dialects.matmul import MatmulOp, matmul
from pock_mlir.dialects.upstream import add, scale
from pock_mlir.passes.analyses import dependence
from pock_mlir.passes.analyses.contracted_weights import weight_uses
from pock_mlir.passes.analyses.functions import after_state, framework_name, functions_of, owner_of, parameters_of
from pock_mlir.passes.machinery.diagnostics import blamed
from pock_mlir.passes.machinery.registry import PassFailure, fail, register_pass


@register_pass("pock-insert-lora")
def insert_lora(
    module: ir.Operation,
    *,
    r: int = 8,
    factor: float = 1.0,
    weights: Sequence[str] = ("*.weight",),
    symbols: Sequence[str] | None = None,
) -> None:
    """Adds adapters of rank `r` to the model's weights whose names match one of the patterns `weights`.

    x W^T becomes x W^T + `factor` (x A^T) B^T, where A [r, in] and B [out, r] are new parameters of the model,
    `lora_A.weight` and `lora_B.weight` beside the weight; a convolution gets one by A into r channels and one of 1x1 by
    B. With `symbols` those weights that are called exactly so; `weights` then says nothing. Run it before
    pock-apply-scheme, which says that A and B are trained.
    """
    parameters, chosen = parameters_of(module), _chosen(module, weights, symbols)
    uses = weight_uses(module, chosen)
    fail([_refused(parameters[symbol], why) for symbol in chosen if (why := uses[symbol].adapter_obstacle)])
    for symbol in chosen:
        a, b = (_symbol(parameters[symbol], factor_name) for factor_name in (LORA_A, LORA_B))
        taken = next((name for name in (a, b) if name in parameters), None)
        if taken is not None:
            raise PassFailure(parameters[symbol].operation.location, f"the name '{taken}' of an adapter is taken")
        types = _types(uses[symbol].contractions[0], r)
        with after_state(module), parameters[symbol].operation.location:
            for name, type in zip((a, b), types, strict=True):
                _add_parameter(name, type, parameters[symbol])
        for op in uses[symbol].contractions:
            with op.operation.location, blamed(op.operation):
                _adapt(op, (a, b), r, factor)
        _note_dependence(module, symbol, (a, b))


def _chosen(module: ir.Operation, weights: Sequence[str], symbols: Sequence[str] | None) -> list[str]:
    parameters = parameters_of(module)
    if symbols is not None:
        unknown = next((symbol for symbol in symbols if symbol not in parameters), None)
        if unknown is not None:
            raise PassFailure(module.location, f"no parameter has the symbol '{unknown}'")
        return list(symbols)
    names = {symbol: framework_name(op) for symbol, op in parameters.items() if owner_of(op) == MODEL}
    for pattern in weights:
        if not any(fnmatchcase(name, pattern) for name in names.values()):
            raise PassFailure(module.location, f"no parameter matches the pattern '{pattern}'")
    return [symbol for symbol, name in names.items() if any(fnmatchcase(name, pattern) for pattern in weights)]


def _refused(parameter: state.ParameterOp, why: str) -> PassFailure:
    return PassFailure(
        parameter.operation.location,
        f"LoRA adapts weights of matrix products and of plain convolutions, but '{framework_name(parameter)}' {why}; "
        "name other targets",
    )


def _symbol(weight: state.ParameterOp, factor_name: str) -> str:
    """The adapter's symbol: where the weight's says no more than its name, so does the adapter's."""
    name = adapter_name(framework_name(weight), factor_name)
    return name if weight.framework_name is None else symbol_of(name)


def _types(op: MatmulOp | Conv2dOp, r: int) -> tuple[ir.RankedTensorType, ir.RankedTensorType]:
    """Those of A and B, as stored: of convolutions HWCF, as all weights of theirs."""
    if isinstance(op, MatmulOp):
        _, (size, channels) = op.sizes()
        shapes = [r, size], [channels, r]
    else:
        *kernel, size, channels = shape_of(op.weight)
        shapes = [*kernel, size, r], [1, 1, r, channels]
    element = ranked(op.result).element_type
    a, b = (ir.RankedTensorType.get(shape, element) for shape in shapes)
    return a, b


def _add_parameter(symbol: str, type: ir.RankedTensorType, weight: state.ParameterOp) -> None:
    op = state.parameter(symbol, type)
    assert isinstance(op, state.ParameterOp)
    if weight.framework_name is not None:
        op.framework_name = ir.StringAttr.get(symbol.removeprefix(symbol_of("")))
    if type.rank == 4:
        op.permutation = [2, 3, 1, 0]  # from the framework's FCHW


def _adapt(op: MatmulOp | Conv2dOp, names: tuple[str, str], r: int, factor: float) -> None:
    uses = [(use.owner, use.operand_number) for use in op.result.uses]
    with ir.InsertionPoint.after(op):
        a, b = (state.read(name, type) for name, type in zip(names, _types(op, r), strict=True))
        if isinstance(op, MatmulOp):
            low = matmul(op.lhs, a, transpose_lhs=op.transpose_lhs.value, transpose_rhs=True)
            high = matmul(low, b, transpose_rhs=True)
        else:
            high = conv2d(conv2d(op.image, a, Window.of(op)), b, Window((1, 1), (0, 0), (1, 1)))
        sum = add(op.result, high if factor == 1.0 else scale(high, factor))
    for owner, index in uses:
        owner.operation.operands[index] = sum


def _note_dependence(module: ir.Operation, weight: str, adapters: tuple[str, str]) -> None:
    """What depends on a weight depends on its adapters."""
    for function in functions_of(module):
        marked = dependence.marked(function)
        if marked is not None and weight in marked:
            dependence.mark(function, {*marked, *adapters})
