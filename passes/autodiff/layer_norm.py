"""Gradient rule of layer normalisation, by its result and the reciprocal deviation."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.layer_norm import LayerNormOp
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.upstream import mul, reshape, scale, sub

from .rules import Thunk, vjp


@vjp("pock.layer_norm")
def layer_norm(op: LayerNormOp, g: ir.Value) -> list[Thunk | None]:
    """rstd (g - mean(g) - y mean(g y))."""
    shape = shape_of(op.x)
    leading = len(shape) - op.axes.value
    axes = list(range(leading, len(shape)))
    count = 1
    for axis in axes:
        count *= shape[axis]

    def over_rows(row: ir.Value) -> ir.Value:
        return broadcast(reshape(row, shape[:leading] + [1] * len(axes)), shape)

    def mean(x: ir.Value) -> ir.Value:
        return over_rows(scale(reduce(x, axes), 1.0 / count))

    def cotangent() -> ir.Value:
        centred = sub(sub(g, mean(g)), mul(op.result, mean(mul(g, op.result))))
        return mul(over_rows(op.rstd), centred)

    return [cotangent]
