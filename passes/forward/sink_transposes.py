"""pock-sink-transposes: moves transpositions down through elementwise ops until they meet their inverse, which cancels
both.

The frontend wraps each image op into a pair of transpositions between the framework's NCHW and our NHWC. After this
pass, run before autodiff, images stay NHWC from the first convolution to the last, forward and backward.
"""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import tensor

from pock_mlir.dialects.base import defining_op, ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.reduce import ReduceOp, reduce
from pock_mlir.dialects.rewriting import rebuild
from pock_mlir.dialects.traits import Elementwise, has_trait
from pock_mlir.dialects.transpose import TransposeOp, transpose
from pock_mlir.dialects.upstream import concat, reshape
from pock_mlir.passes.analyses.functions import functions_of, operations_of
from pock_mlir.passes.machinery.diagnostics import blamed
from pock_mlir.passes.machinery.registry import register_pass


@register_pass("pock-sink-transposes")
def sink_transposes(module: ir.Operation) -> None:
    """Moves transpositions down through elementwise ops, concatenations and reductions, and cancels inverse pairs."""
    for function in functions_of(module):
        for op in operations_of(function):
            with op.operation.location, blamed(op.operation):
                replacement = _sunk(op)
            if replacement is not None:
                op.operation.results[0].replace_all_uses_with(replacement)
                op.operation.erase()


def _sunk(op: ir.OpView) -> ir.Value | None:
    """What replaces the op's result, or None where there is nothing to sink."""
    with ir.InsertionPoint(op):
        if isinstance(op, TransposeOp):
            return _compose(op)
        if _is_elementwise(op):
            return _through_elementwise(op)
        if isinstance(op, tensor.ConcatOp):
            return _through_concat(op)
        if isinstance(op, ReduceOp):
            return _through_reduce(op)
    return None


def transposition_of(value: ir.Value) -> tuple[ir.Value, list[int]] | None:
    """(source, permutation) where the value is the result of a transposition."""
    op = defining_op(value, TransposeOp)
    return None if op is None else (op.x, list(op.permutation))


def _compose(op: ir.OpView) -> ir.Value | None:
    source = transposition_of(op.x)
    if source is None:
        return None
    inner, first = source
    return transpose(inner, [first[d] for d in op.permutation])


def _is_elementwise(op: ir.OpView) -> bool:
    results = op.operation.results
    return has_trait(op, Elementwise) and len(results) == 1 and isinstance(results[0].type, ir.RankedTensorType)


def _through_elementwise(op: ir.OpView) -> ir.Value | None:
    operation = op.operation
    found = [t for t in map(transposition_of, operation.operands) if t is not None]
    if not found:
        return None
    permutation = found[0][1]
    operands = [_untransposed(value, permutation) for value in operation.operands]
    if any(value is None for value in operands):
        return None
    type = ir.RankedTensorType.get(shape_of(operands[0]), ranked(operation.results[0]).element_type)
    return transpose(rebuild(operation, operands, [type]).results[0], permutation)


def _untransposed(value: ir.Value, permutation: list[int]) -> ir.Value | None:
    """A value whose transposition by `permutation` is `value`, where that costs nothing."""
    found = transposition_of(value)
    if found is not None:
        return found[0] if found[1] == permutation else None
    owner = value.owner
    if isinstance(owner, ir.Block):
        return None
    inverse = [permutation.index(d) for d in range(len(permutation))]
    shape = [shape_of(value)[d] for d in inverse]
    if (
        owner.name == "arith.constant"
        and isinstance(owner.attributes["value"], ir.DenseElementsAttr)
        and owner.attributes["value"].is_splat
    ):
        type = ir.RankedTensorType.get(shape, ranked(value).element_type)
        splat = ir.DenseElementsAttr.get_splat(type, owner.attributes["value"].get_splat_value())
        return ir.Operation.create("arith.constant", [type], [], {"value": splat}).results[0]
    if owner.name == "pock.broadcast":
        source = owner.operands[0]
        extended = [1] * (len(shape) - len(shape_of(source))) + shape_of(source)
        if extended == shape_of(value):
            return None
        small = reshape(source, extended)
        # Dimensions of size 1 move for free.
        kept = [d for d in inverse if extended[d] != 1]
        moved = [extended[d] for d in inverse]
        return broadcast(reshape(small, moved) if kept == sorted(kept) else transpose(small, inverse), shape)
    return None


def _through_concat(op: ir.OpView) -> ir.Value | None:
    found = [t for t in map(transposition_of, op.operation.operands) if t is not None]
    if len(found) < len(op.operation.operands) or len({tuple(permutation) for _, permutation in found}) != 1:
        return None
    permutation = found[0][1]
    return transpose(concat([t[0] for t in found], permutation[op.dim.value]), permutation)


def _through_reduce(op: ir.OpView) -> ir.Value | None:
    found = transposition_of(op.x)
    if found is None:
        return None
    source, permutation = found
    dims = [permutation[d] for d in op.dims]
    kept = [p for d, p in enumerate(permutation) if d not in set(op.dims)]
    reduced = reduce(source, sorted(dims), op.kind.value)
    order = sorted(kept)
    return transpose(reduced, [order.index(p) for p in kept])
