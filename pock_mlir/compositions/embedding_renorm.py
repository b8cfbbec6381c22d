"""Rows of an embedding's table scaled down to a largest norm where they are looked up."""

from __future__ import annotations

import math

from torch_mlir import ir
from torch_mlir.dialects import arith
from torch_mlir.dialects import math as math_dialect

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.embedding import embedding_grad
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import constant, div, greater, mul, reshape, select, shift, sqrt

from .unsupported import Unsupported


def embedding_renorm(table: ir.Value, indices: ir.Value, largest: float, order: float) -> ir.Value:
    """table [V, D]: the rows at the indices whose norm is beyond `largest`, times largest / (norm + 1e-7)."""
    count, width = shape_of(table)
    table = stop_gradient(table)
    if order == 2.0:
        norm = sqrt(reduce(mul(table, table), [1]))
    elif order == 1.0:
        norm = reduce(math_dialect.AbsFOp(table).result, [1])
    else:
        raise Unsupported(f"norm_type={order}; 1 and 2 are supported")
    places = math.prod(shape_of(indices))
    ones = constant(1.0, ir.RankedTensorType.get([places, 1], ranked(table).element_type))
    named = reshape(embedding_grad(ones, reshape(indices, [places]), count), [count])
    is_scaled = arith.AndIOp(
        greater(named, constant(0.0, named.type)), greater(norm, constant(largest, norm.type))
    ).result
    factor = select(is_scaled, div(constant(largest, norm.type), shift(norm, 1e-7)), constant(1.0, norm.type))
    return mul(table, broadcast(reshape(factor, [count, 1]), [count, width]))
