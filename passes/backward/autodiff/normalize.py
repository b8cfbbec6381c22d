"""Gradient rule of normalisation, by its result and the variance."""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import math

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.normalize import NormalizeOp
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.upstream import mul, reshape, scale, shift, sub

from .rules import Thunk, vjp


@vjp("pock.normalize")
def normalize(op: NormalizeOp, g: ir.Value) -> list[Thunk | None]:
    """(g - mean(g) - y mean(g y)) / sqrt(variance + eps)."""
    shape, dims = shape_of(op.x), list(op.dims)
    kept = [1 if d in dims else s for d, s in enumerate(shape)]
    count = pymath.prod(shape[d] for d in dims)

    def over_rows(row: ir.Value) -> ir.Value:
        return broadcast(reshape(row, kept), shape)

    def mean(x: ir.Value) -> ir.Value:
        return over_rows(scale(reduce(x, dims), 1.0 / count))

    def cotangent() -> ir.Value:
        rstd = math.RsqrtOp(shift(op.variance, op.eps.value)).result
        centred = sub(sub(g, mean(g)), mul(op.result, mean(mul(g, op.result))))
        return mul(over_rows(rstd), centred)

    return [cotangent]
