"""Values put at indices, or added there."""

from __future__ import annotations

import math

from torch_mlir import ir

from pock_mlir.compositions.index import Places, flat_index, is_mask
from pock_mlir.compositions.index_put import added, replaced
from pock_mlir.compositions.unsupported import Unsupported
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import add, reshape, select

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.index_put")
def index_put(
    c: Conversion, x: ir.Value, indices: list[ir.Value | None], values: ir.Value, accumulate: bool = False
) -> ir.Value:
    """Of several values for one place the last one stays, unless they are added up."""
    if any(is_mask(index) for index in indices if index is not None):
        return _where_masked(c, x, indices, values, accumulate)
    shape, places = shape_of(x), Places(shape_of(x), indices)
    before, after, common, order = places.before, places.after, places.common, places.order
    kept = [shape[d] for d in before + after]
    # Rows of x, one for each place, and the rows that are put there.
    table = reshape(transpose(x, order), [places.count, math.prod(kept)])
    values = c.tensor(values, shape=[*(shape[d] for d in before), *common, *(shape[d] for d in after)])
    first = list(range(len(before), len(before) + len(common)))
    rest = [d for d in range(len(shape_of(values))) if d not in first]
    rows = reshape(transpose(values, [*first, *rest]), [math.prod(common), math.prod(kept)])
    flat = reshape(flat_index(indices, shape, common), [math.prod(common)])
    result = added(table, flat, rows) if accumulate else replaced(table, flat, rows, _next_id(c))
    ordered = reshape(result, [shape[d] for d in order])
    return transpose(ordered, [order.index(d) for d in range(len(shape))])


def _next_id(c: Conversion) -> int:
    """A number that no marker of the frontend has, and another for each op."""
    return (1 << 32) + sum(c.counts.values())


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
