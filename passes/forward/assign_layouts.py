"""pock-assign-layouts: stores parameters the way their readers want them."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.state import ReadOp, read_as
from pock_mlir.dialects.transpose import TransposeOp
from pock_mlir.passes.analyses.functions import functions_of, operations_of, parameters_of
from pock_mlir.passes.machinery.registry import register_pass


@register_pass("pock-assign-layouts")
def assign_layouts(module: ir.Operation) -> None:
    """Folds transpositions that every reader of a parameter applies into the parameter's stored layout."""
    readers: dict[str, list[ir.OpView]] = {}
    for function in functions_of(module):
        for op in operations_of(function):
            if isinstance(op, ReadOp):
                readers.setdefault(op.symbol.value, []).append(op)
    for name, parameter in parameters_of(module).items():
        permutation = _common_permutation(readers.get(name, []))
        if permutation is not None:
            _store_transposed(parameter, readers[name], permutation)


def _common_permutation(reads: list[ir.OpView]) -> list[int] | None:
    """The permutation that all users of all reads apply, if there is one."""
    users = [use.owner.operation.opview for op in reads for use in op.result.uses]
    if not users or not all(isinstance(user, TransposeOp) for user in users):
        return None
    permutations = {tuple(user.permutation) for user in users}
    return list(permutations.pop()) if len(permutations) == 1 else None


def _store_transposed(parameter: ir.OpView, reads: list[ir.OpView], permutation: list[int]) -> None:
    shape = list(ir.RankedTensorType(parameter.type.value).shape)
    stored = ir.RankedTensorType.get(
        [shape[d] for d in permutation], ir.RankedTensorType(parameter.type.value).element_type
    )
    before = list(range(len(shape)) if parameter.permutation is None else parameter.permutation)
    parameter.permutation = [before[d] for d in permutation]
    parameter.operation.attributes["type"] = ir.TypeAttr.get(stored)
    for op in reads:
        with ir.InsertionPoint(op), op.operation.location:
            value = read_as(op, stored)
        for use in list(op.result.uses):
            transposition = use.owner.operation
            assert shape_of(transposition.results[0]) == list(stored.shape)
            transposition.results[0].replace_all_uses_with(value)
            transposition.erase()
        op.operation.erase()
