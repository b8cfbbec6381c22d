"""Insertion into a constant: IREE 3.13 lets two insertions overwrite one another in a background that both start from,
if its elements have 64 bits and are not just one repeated byte.
"""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith, tensor

from pock_mlir.dialects.base import defining_op, ranked, shape_of
from pock_mlir.dialects.upstream import constant, insert_slice, select, zeros

from .rules import adaptation


@adaptation("tensor.insert_slice")
def into_constant(op: tensor.InsertSliceOp) -> ir.Value | None:
    """An insertion into zeros, and a choice between that and the constant."""
    background = defining_op(op.dest, arith.ConstantOp)
    element = ranked(op.dest).element_type
    if background is None or element.width < 64 or _is_zero(background.value):
        return None
    shape, offsets, strides = shape_of(op.dest), list(op.static_offsets), list(op.static_strides)
    boolean = ir.IntegerType.get_signless(1)
    own = constant(True, ir.RankedTensorType.get(shape_of(op.source), boolean))
    inside = insert_slice(own, zeros(shape, boolean), offsets, strides)
    result = insert_slice(op.source, zeros(shape, element), offsets, strides)
    return select(inside, result, op.dest)


def _is_zero(value: ir.Attribute) -> bool:
    return isinstance(value, ir.DenseElementsAttr) and value.is_splat and value.get_splat_value().value == 0
