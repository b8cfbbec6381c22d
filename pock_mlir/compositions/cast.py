"""Values in other element types and shapes."""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.upstream import constant, with_element


def cast(x: ir.Value, element: ir.Type) -> ir.Value:
    """x with another element type: floats truncate towards zero, anything but zero is true."""
    source = ranked(x).element_type
    if source == element:
        return x
    target = with_element(x.type, element)
    zero = constant(0, x.type)
    boolean = ir.IntegerType.get_signless(1)
    if isinstance(source, ir.FloatType):
        if element == boolean:
            return arith.CmpFOp(arith.CmpFPredicate.UNE, x, zero).result
        if isinstance(element, ir.FloatType):
            if element.width == source.width:  # float16 and bfloat16
                return cast(cast(x, ir.F32Type.get()), element)
            widen = element.width > source.width
            return (arith.ExtFOp if widen else arith.TruncFOp)(target, x).result
        return arith.FPToSIOp(target, x).result
    if element == boolean:
        return arith.CmpIOp(arith.CmpIPredicate.ne, x, zero).result
    if isinstance(element, ir.FloatType):
        return (arith.UIToFPOp if source == boolean else arith.SIToFPOp)(target, x).result
    if source.width > element.width:
        return arith.TruncIOp(target, x).result
    return (arith.ExtUIOp if source == boolean else arith.ExtSIOp)(target, x).result


def fitted(x: ir.Value | float | int | bool, element: ir.Type, shape: Sequence[int]) -> ir.Value:
    """x, a tensor or a number, with an element type and a shape that it broadcasts to."""
    if not isinstance(x, ir.Value):
        return constant(x, ir.RankedTensorType.get(list(shape), element))
    return broadcast(cast(x, element), list(shape))
