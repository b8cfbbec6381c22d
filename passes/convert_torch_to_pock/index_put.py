"""Values put at indices, or added there."""

from __future__ import annotations

import math

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects import custom_vjp
from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.embedding import embedding, embedding_grad
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import add, constant, reshape, select

from .conversion import Conversion, Unsupported, broadcast_shape
from .creation import dense_integers
from .index import flat_index, is_mask
from .rules import torch_op


@torch_op("torch.aten.index_put")
def index_put(
    c: Conversion, x: ir.Value, indices: list[ir.Value | None], values: ir.Value, accumulate: bool = False
) -> ir.Value:
    """Of several values for one place the last one stays, unless they are added up."""
    indexed = [d for d, index in enumerate(indices) if index is not None]
    if any(is_mask(indices[d]) for d in indexed):
        return _where_masked(c, x, indices, values, accumulate)
    shape = shape_of(x)
    others = [d for d in range(len(shape)) if d not in indexed]
    # The indices' own dimensions come first where they are not next to each other, as in x[indices].
    are_neighbours = indexed == list(range(indexed[0], indexed[-1] + 1))
    before = [d for d in others if d < indexed[0]] if are_neighbours else []
    after = others[len(before) :]
    common: list[int] = []
    for d in indexed:
        common = broadcast_shape(common, shape_of(indices[d]))
    kept = [shape[d] for d in before + after]
    order = [*indexed, *before, *after]
    places = math.prod(shape[d] for d in indexed)
    # Rows of x, one for each place, and the rows that are put there.
    table = reshape(transpose(x, order), [places, math.prod(kept)])
    values = c.tensor(values, shape=[*(shape[d] for d in before), *common, *(shape[d] for d in after)])
    first = list(range(len(before), len(before) + len(common)))
    rest = [d for d in range(len(shape_of(values))) if d not in first]
    rows = reshape(transpose(values, [*first, *rest]), [math.prod(common), math.prod(kept)])
    flat = reshape(flat_index(indices, shape, common), [math.prod(common)])
    result = _added(table, flat, rows) if accumulate else _replaced(c, table, flat, rows)
    ordered = reshape(result, [shape[d] for d in order])
    return transpose(ordered, [order.index(d) for d in range(len(shape))])


def _added(table: ir.Value, flat: ir.Value, rows: ir.Value) -> ir.Value:
    if not isinstance(ranked(table).element_type, ir.FloatType):
        raise Unsupported("sums of elements that are not floating-point numbers")
    return add(table, embedding_grad(rows, flat, shape_of(table)[0]))


def _replaced(c: Conversion, table: ir.Value, flat: ir.Value, rows: ir.Value) -> ir.Value:
    """Each place looks for the last index that names it: quadratic, but in one loop without memory of that size.

    Each row gets its place's cotangent, also one that did not stay: so it is in the framework.
    """
    places, width = shape_of(table)
    count = shape_of(flat)[0]
    every = [places, count]
    named = arith.CmpIOp(
        arith.CmpIPredicate.eq,
        broadcast(reshape(dense_integers(range(places)), [places, 1]), every),
        broadcast(flat, every),
    ).result
    order = broadcast(dense_integers(range(count)), every)
    last = reduce(select(named, order, constant(-1, order.type)), [1], "max")
    found = arith.CmpIOp(arith.CmpIPredicate.sge, last, constant(0, last.type)).result
    chosen = arith.MaxSIOp(last, constant(0, last.type)).result
    is_float = isinstance(ranked(rows).element_type, ir.FloatType)
    new = embedding(stop_gradient(rows) if is_float else rows, chosen)
    result = select(broadcast(reshape(found, [places, 1]), [places, width]), new, table)
    if not is_float:
        return result
    # The number is one that no marker of the frontend has, and another for each op.
    cotangent = custom_vjp.cotangent(result, (1 << 32) + sum(c.counts.values()))
    return custom_vjp.custom_vjp(result, cotangent, rows, embedding(cotangent, flat))


def _where_masked(
    c: Conversion, x: ir.Value, indices: list[ir.Value | None], values: ir.Value, accumulate: bool
) -> ir.Value:
    """The same values for all places where the mask, of the first dimensions, is true."""
    mask, shape, own = indices[0], shape_of(x), shape_of(values)
    rest = 0 if mask is None else len(shape) - len(shape_of(mask))
    if len(indices) > 1 or mask is None or math.prod(own[: max(len(own) - rest, 0)]) != 1:
        raise Unsupported("a boolean mask with as many values as it is true; use torch.where")
    wide = broadcast(reshape(mask, shape_of(mask) + [1] * rest), shape)
    value = c.tensor(reshape(values, own[max(len(own) - rest, 0) :]))
    if not accumulate:
        return select(wide, value, x)
    return select(wide, add(x, value), x)
