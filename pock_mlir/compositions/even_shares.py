"""An element chosen from all of a tensor, whose gradient all elements equal to it share."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import compare, constant, reciprocal, select
from pock_mlir.dialects.with_slope import with_slopes

Predicate = arith.CmpFPredicate


def evenly_from(x: ir.Value, value: ir.Value) -> ir.Value:
    """`value` [], one of the elements of x, with a gradient that is shared evenly among the elements of x equal to it;
    where it is NaN, among those that are NaN.
    """
    still = stop_gradient(x)
    wide = broadcast(stop_gradient(value), shape_of(x))
    both_nan = arith.AndIOp(compare(Predicate.UNO, still, still), compare(Predicate.UNO, wide, wide)).result
    equal = arith.OrIOp(compare(Predicate.OEQ, still, wide), both_nan).result
    zero, one, dims = constant(0.0, x.type), constant(1.0, x.type), list(range(len(shape_of(x))))
    count = reduce(select(equal, one, zero), dims)
    return with_slopes(value, [(reduce(select(equal, x, zero), dims), reciprocal(count))])
