"""Scaled dot-product attention, as two products and a softmax between."""

from __future__ import annotations

import math

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.matmul import matmul
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.softmax import softmax
from pock_mlir.dialects.upstream import add, constant, reshape, scale

from .conversion import Conversion
from .creation import dense_integers
from .random import dropout as drop
from .rules import torch_op

# Far below any score, yet finite: a row in which everything is masked stays free of NaN.
MASKED = -1e30


@torch_op("torch.aten.scaled_dot_product_attention")
def scaled_dot_product_attention(
    c: Conversion, query, key, value, mask=None, dropout=0.0, is_causal=False, scale_=None, enable_gqa=False
) -> ir.Value:
    """softmax(query key^T * scale + mask) value; a boolean mask is true where a query may attend to a key."""
    if enable_gqa:
        key, value = (_repeat_heads(v, shape_of(query)[-3]) for v in (key, value))
    if is_causal:
        mask = _causal_mask(shape_of(query)[-2], shape_of(key)[-2])
    factor = 1.0 / math.sqrt(shape_of(query)[-1]) if scale_ is None else scale_
    scores = matmul(scale(query, factor), key, transpose_rhs=True)
    if mask is not None and ranked(mask).element_type != ir.IntegerType.get_signless(1):
        scores = add(scores, c.tensor(mask, shape=shape_of(scores)))
        mask = None
    elif mask is not None:
        allowed = broadcast(mask, shape_of(scores))
        scores = arith.SelectOp(allowed, scores, constant(MASKED, scores.type)).result
    attended = matmul(drop(c, softmax(scores, -1), dropout, True), value)
    return attended if is_causal or mask is None else _zero_where_all_is_masked(c, attended, mask)


def _zero_where_all_is_masked(c: Conversion, attended: ir.Value, mask: ir.Value) -> ir.Value:
    """A query that may attend to no key gets 0, as in the framework.

    Zeroing the weights instead would make them one more tensor to save for backward.
    """
    shape = shape_of(mask)
    some = reduce(c.cast(mask, ir.IntegerType.get_signless(32)), [len(shape) - 1], "max")
    rows = c.cast(reshape(some, [*shape[:-1], 1]), ir.IntegerType.get_signless(1))
    return arith.SelectOp(broadcast(rows, shape_of(attended)), attended, constant(0.0, attended.type)).result


def _repeat_heads(x: ir.Value, heads: int) -> ir.Value:
    """Keys or values of grouped-query attention, each head repeated for its group of query heads."""
    *batch, own, length, size = shape_of(x)
    group = heads // own
    repeated = broadcast(reshape(x, [*batch, own, 1, length, size]), [*batch, own, group, length, size])
    return reshape(repeated, [*batch, heads, length, size])


def _causal_mask(queries: int, keys: int) -> ir.Value:
    """[queries, keys], true where the key does not come after the query."""
    rows = broadcast(reshape(dense_integers(range(queries)), [queries, 1]), [queries, keys])
    columns = broadcast(dense_integers(range(keys)), [queries, keys])
    return arith.CmpIOp(arith.CmpIPredicate.sle, columns, rows).result
