"""Scaled dot-product attention, as two products and a softmax between."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.matmul import matmul
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.softmax import softmax
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import add, compare, constant, reshape, scale, select

from .cast import cast, fitted
from .dense import dense_integers

# Far below any score, yet finite: a row in which everything is masked stays free of NaN.
MASKED = -1e30


def attention(
    query: ir.Value,
    key: ir.Value,
    value: ir.Value,
    mask: ir.Value | None = None,
    *,
    is_causal: bool = False,
    factor: float | None = None,
    dropout: Callable[[ir.Value], ir.Value] = lambda weights: weights,
) -> ir.Value:
    """dropout(softmax(query key^T * factor + mask)) value, of query [..., Q, D], key [..., K, D], value [..., K, E].

    A boolean mask is true where a query may attend to a key, any other is added: -inf where a query may not. `factor`
    is 1 / sqrt(D) by default.
    """
    if is_causal:
        mask = _causal_mask(shape_of(query)[-2], shape_of(key)[-2])
    factor = 1.0 / math.sqrt(shape_of(query)[-1]) if factor is None else factor
    scores = matmul(scale(query, factor), key, transpose_rhs=True)
    if mask is None or 0 in shape_of(mask):
        return matmul(dropout(softmax(scores, -1)), value)
    is_open = _has_some_key(mask)
    if isinstance(ranked(mask).element_type, ir.FloatType):
        # In a row of -inf alone the weights would be NaN, and so would be all gradients, even those of a 0.
        mask = select(broadcast(is_open, shape_of(mask)), mask, constant(0.0, mask.type))
        scores = add(scores, fitted(mask, ranked(scores).element_type, shape_of(scores)))
    else:
        allowed = broadcast(mask, shape_of(scores))
        scores = select(allowed, scores, constant(MASKED, scores.type))
    attended = matmul(dropout(softmax(scores, -1)), value)
    return attended if is_causal else _zero_where_closed(attended, is_open)


def _has_some_key(mask: ir.Value) -> ir.Value:
    """[..., 1]: whether there is a key that a query may attend to."""
    shape = shape_of(mask)
    if isinstance(ranked(mask).element_type, ir.FloatType):
        mask = compare(arith.CmpFPredicate.UNE, stop_gradient(mask), constant(-math.inf, mask.type))
    some = reduce(cast(mask, ir.IntegerType.get_signless(32)), [len(shape) - 1], "max")
    return cast(reshape(some, [*shape[:-1], 1]), ir.IntegerType.get_signless(1))


def _zero_where_closed(attended: ir.Value, is_open: ir.Value) -> ir.Value:
    """A query that may attend to no key gets 0, as in PyTorch.

    Zeroing the weights instead would make them one more tensor to save for backward.
    """
    return select(broadcast(is_open, shape_of(attended)), attended, constant(0.0, attended.type))


def repeat_heads(x: ir.Value, heads: int) -> ir.Value:
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
