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
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import add, compare, constant, reshape, scale, select

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
    """softmax(query key^T * scale + mask) value; a boolean mask is true where a query may attend to a key, any other
    is added: -inf where a query may not.
    """
    if enable_gqa:
        key, value = (_repeat_heads(v, shape_of(query)[-3]) for v in (key, value))
    if is_causal:
        mask = _causal_mask(shape_of(query)[-2], shape_of(key)[-2])
    factor = 1.0 / math.sqrt(shape_of(query)[-1]) if scale_ is None else scale_
    scores = matmul(scale(query, factor), key, transpose_rhs=True)
    if mask is None or 0 in shape_of(mask):
        return matmul(drop(c, softmax(scores, -1), dropout, True), value)
    is_open = _has_some_key(c, mask)
    if isinstance(ranked(mask).element_type, ir.FloatType):
        # In a row of -inf alone the weights would be NaN, and so would be all gradients, even those of a 0.
        mask = select(broadcast(is_open, shape_of(mask)), mask, constant(0.0, mask.type))
        scores = add(scores, c.tensor(mask, shape=shape_of(scores)))
    else:
        allowed = broadcast(mask, shape_of(scores))
        scores = select(allowed, scores, constant(MASKED, scores.type))
    attended = matmul(drop(c, softmax(scores, -1), dropout, True), value)
    return attended if is_causal else _zero_where_closed(attended, is_open)


def _has_some_key(c: Conversion, mask: ir.Value) -> ir.Value:
    """[..., 1]: whether there is a key that a query may attend to."""
    shape = shape_of(mask)
    if isinstance(ranked(mask).element_type, ir.FloatType):
        mask = compare(arith.CmpFPredicate.UNE, stop_gradient(mask), constant(-math.inf, mask.type))
    some = reduce(c.cast(mask, ir.IntegerType.get_signless(32)), [len(shape) - 1], "max")
    return c.cast(reshape(some, [*shape[:-1], 1]), ir.IntegerType.get_signless(1))


def _zero_where_closed(attended: ir.Value, is_open: ir.Value) -> ir.Value:
    """A query that may attend to no key gets 0, as in the framework.

    Zeroing the weights instead would make them one more tensor to save for backward.
    """
    return select(broadcast(is_open, shape_of(attended)), attended, constant(0.0, attended.type))


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
