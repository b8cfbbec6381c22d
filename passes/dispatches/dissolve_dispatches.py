"""pock-dissolve-dispatches: opens dispatches that a backend does not take as one piece."""

from __future__ import annotations

import math

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg, tensor

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.dispatch import DispatchOp, OutputOp
from pock_mlir.dialects.rewriting import clone_into
from pock_mlir.dialects.state import AssignOp, UpdateOp
from pock_mlir.dialects.traits import Elementwise, Literal, has_trait
from pock_mlir.passes.analyses.functions import functions_of, operations_of
from pock_mlir.passes.machinery.registry import register_pass

PLAIN = (arith.ConstantOp, tensor.EmptyOp, linalg.FillOp, linalg.GenericOp, linalg.MatmulOp, linalg.BatchMatmulOp)


@register_pass("pock-dissolve-dispatches")
def dissolve_dispatches(module: ir.Operation, *, all: bool = False) -> None:
    """Puts the ops of dispatches in their place, of those that are no single loop nest, or of `all`.

    A piece is one loop nest if one of its ops at most reduces, the others computing on that one's result or, where none
    reduces, elements of one shape; what it gives away it has computed. Runs on lowered ops.
    """
    for function in functions_of(module):
        for op in operations_of(function):
            if isinstance(op, DispatchOp) and (all or not _is_one_nest(op)):
                _dissolve(op)


def _is_one_nest(op: DispatchOp) -> bool:
    if any(isinstance(inner, UpdateOp) and inner.channels and len(inner.channels.ranges) > 1 for inner in op.ops):
        return False  # computed in one, put into its place in another
    ops = [inner for inner in op.ops if not isinstance(inner, (UpdateOp, AssignOp))]
    if not all(isinstance(inner, PLAIN) or has_trait(inner, Elementwise) for inner in ops):
        return False
    roots = [inner for inner in ops if _reduces(inner)]
    if len(roots) > 1:
        return False
    if not op.inputs and not op.written:
        return False  # a constant, for a backend to compute when it compiles
    inner = [each for each in op.body.blocks[0].operations if isinstance(each, (OutputOp, AssignOp))]
    loops = {result for each in ops if not _is_start(each) for result in each.operation.results}
    if any(each.value not in loops for each in inner):
        return False  # what only moves from one storage to another is no loop
    # Outputs of another shape would be a nest of their own.
    shapes = {tuple(shape_of(each.value)) for each in inner}
    shapes |= {tuple(shape_of(value)) for each in op.ops if isinstance(each, UpdateOp) for value in each.inputs}
    if roots:
        shapes.add(tuple(shape_of(roots[0].operation.results[0])))
    # IREE breaks off, or worse, at a tensor of one element that has dimensions.
    return len(shapes) <= 1 and not any(shape and math.prod(shape) == 1 for shape in shapes)


def _is_start(op: ir.OpView) -> bool:
    return has_trait(op, Literal) or isinstance(op, (tensor.EmptyOp, linalg.FillOp))


def _reduces(op: ir.OpView) -> bool:
    if isinstance(op, linalg.GenericOp):
        reduction = ir.Attribute.parse("#linalg.iterator_type<reduction>", op.operation.context)
        return reduction in list(op.operation.attributes["iterator_types"])
    return isinstance(op, (linalg.MatmulOp, linalg.BatchMatmulOp))


def _dissolve(op: DispatchOp) -> None:
    mapping: dict[ir.Value, ir.Value] = {}
    outputs = [inner.value for inner in op.body.blocks[0].operations if isinstance(inner, OutputOp)]
    with ir.InsertionPoint(op):
        clone_into(op.ops, mapping)
    for result, value in zip(op.outputs, outputs, strict=True):
        result.replace_all_uses_with(mapping.get(value, value))
    op.operation.erase()
