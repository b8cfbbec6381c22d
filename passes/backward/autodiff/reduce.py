"""Gradient rule of reductions."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.reduce import ReduceOp, reduce
from pock_mlir.dialects.upstream import compare, constant, div, mul, reshape, select

from .rules import Thunk, vjp


@vjp("pock.reduce")
def reduce_(op: ReduceOp, g: ir.Value) -> list[Thunk | None]:
    """A sum repeats the cotangent; a maximum or minimum shares it evenly among the elements that attain it, as in the
    framework.
    """
    shape, dims = shape_of(op.x), list(op.dims)
    rows = [1 if d in dims else s for d, s in enumerate(shape)]

    def over_rows(row: ir.Value) -> ir.Value:
        return broadcast(reshape(row, rows), shape)

    def shared() -> ir.Value:
        attained = compare(arith.CmpFPredicate.OEQ, op.x, over_rows(op.result))
        chosen = select(attained, constant(1.0, op.x.type), constant(0.0, op.x.type))
        return mul(chosen, over_rows(div(g, reduce(chosen, dims))))

    return [(lambda: over_rows(g)) if op.kind.value == "sum" else shared]
