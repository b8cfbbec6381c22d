"""Lowering of layer normalisation: mean and variance in two passes, which loses no digits where the mean is large."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.layer_norm import LayerNormOp
from pock_mlir.dialects.upstream import constant

from .rules import lowering
from .structured import elementwise, identity_map, projection, reduction


@lowering("pock.layer_norm")
def layer_norm(op: LayerNormOp) -> list[ir.Value]:
    shape, element = shape_of(op.x), ranked(op.x).element_type
    rank = len(shape)
    axes = list(range(rank - op.axes.value, rank))
    rows, whole = projection(rank, range(rank - op.axes.value)), identity_map(rank)
    count = 1
    for axis in axes:
        count *= shape[axis]

    def over_count(total: ir.Value) -> ir.Value:
        return arith.MulFOp(total, constant(1.0 / count, element)).result

    def rstd_of(squares: ir.Value) -> ir.Value:
        variance = arith.AddFOp(over_count(squares), constant(op.eps.value, element)).result
        return math.RsqrtOp(variance).result

    row_shape = shape[: rank - op.axes.value]
    total = reduction([op.x], axes, 0.0, lambda x, acc: arith.AddFOp(x, acc).result)
    mean = elementwise(row_shape, element, [total], over_count)
    centred = elementwise(shape, element, [op.x, mean], lambda x, m: arith.SubFOp(x, m).result, [whole, rows])
    squares = reduction([centred], axes, 0.0, lambda c, acc: arith.AddFOp(arith.MulFOp(c, c).result, acc).result)
    rstd = elementwise(row_shape, element, [squares], rstd_of)
    result = elementwise(shape, element, [centred, rstd], lambda c, r: arith.MulFOp(c, r).result, [whole, rows])
    return [result, rstd]
