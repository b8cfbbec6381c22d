"""Scaled dot-product attention with every kind of mask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from support.conversions import Case, normal
from torch.nn.functional import scaled_dot_product_attention

BATCH, HEADS, QUERIES, KEYS, SIZE = 2, 4, 3, 5, 6
Q = normal(BATCH, HEADS, QUERIES, SIZE)
K = normal(BATCH, HEADS, KEYS, SIZE, seed=1)
V = normal(BATCH, HEADS, KEYS, SIZE, seed=2)
SQUARE = [normal(BATCH, HEADS, KEYS, SIZE, seed=seed) for seed in (3, 4, 5)]
# The second sequence has padding.
PADDING = torch.tensor([[True] * 5, [True, True, False, False, False]])[:, None, None]
# The second query of the first sequence attends to nothing.
EMPTY_ROW = torch.ones(BATCH, 1, QUERIES, KEYS, dtype=torch.bool)
EMPTY_ROW[0, 0, 1] = False


def _attention(**options: Any) -> Callable[..., torch.Tensor]:
    return lambda q, k, v, *mask: scaled_dot_product_attention(q, k, v, *mask, **options)


CASES = [
    Case("plain", _attention(), [Q, K, V]),
    Case("three-dimensional", _attention(), [Q[0], K[0], V[0]]),
    Case("values-of-another-size", _attention(), [Q, K, normal(BATCH, HEADS, KEYS, 2, seed=6)]),
    Case("scale", _attention(scale=0.3), [Q, K, V]),
    Case("padding-mask", _attention(), [Q, K, V, PADDING]),
    Case("fully-masked-row", _attention(), [Q, K, V, EMPTY_ROW]),
    Case("float-mask", _attention(), [Q, K, V, normal(BATCH, 1, QUERIES, KEYS, seed=7)]),
    Case(
        "float-mask-with-infinities",
        lambda q, k, v, m: scaled_dot_product_attention(q, k, v, torch.where(m, 0.0, float("-inf"))),
        [Q, K, V, PADDING],
    ),
    Case("causal", _attention(is_causal=True), SQUARE),
    Case("causal-with-more-keys", _attention(is_causal=True), [Q, K, V]),
    Case("grouped-queries", _attention(enable_gqa=True), [Q, K[:, :2], V[:, :2]]),
    Case(
        "grouped-queries-causal",
        _attention(enable_gqa=True, is_causal=True),
        [SQUARE[0], *(x[:, :1] for x in SQUARE[1:])],
    ),
]
