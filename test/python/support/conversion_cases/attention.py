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
# Each query sees its own key and the one before: of the second sequence, the third query sees padding only.
DISTANCE = torch.arange(QUERIES)[:, None] - torch.arange(KEYS)
WINDOW = torch.where((DISTANCE == 0) | (DISTANCE == 1), 0.0, float("-inf"))
WINDOW[2, 1] = float("-inf")
# Rows of the lowest numbers and of infinities: only the former leave weights that add up to 1.
LOWEST = torch.full((1, QUERIES, KEYS), torch.finfo(torch.float32).min)
LOWEST[:, 1, 2:] = float("-inf")
LOWEST[:, 2] = float("-inf")


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
    Case("rows-of-minus-infinity", _attention(), [Q, K, V, WINDOW + normal(BATCH, 1, QUERIES, KEYS, seed=7)]),
    Case(
        "window-and-padding-masks",
        lambda q, k, v, p: scaled_dot_product_attention(q, k, v, WINDOW + torch.where(p, 0.0, float("-inf"))),
        [Q, K, V, PADDING],
    ),
    Case(
        "sequence-without-keys",
        lambda q, k, v, p: scaled_dot_product_attention(q, k, v, torch.where(p, 0.0, float("-inf"))),
        [Q, K, V, PADDING & torch.tensor([False, True])[:, None, None, None]],
    ),
    Case(
        "lowest-numbers-beside-infinities",
        lambda q, k, v: scaled_dot_product_attention(q, k, v, LOWEST),
        [Q, K, V],
    ),
    Case("softmax-of-minus-infinities", lambda m: (m.softmax(-1), m.log_softmax(-1)), [LOWEST[0].clone()]),
    Case("causal", _attention(is_causal=True), SQUARE),
    Case("causal-with-more-keys", _attention(is_causal=True), [Q, K, V]),
    Case("grouped-queries", _attention(enable_gqa=True), [Q, K[:, :2], V[:, :2]]),
    Case(
        "grouped-queries-causal",
        _attention(enable_gqa=True, is_causal=True),
        [SQUARE[0], *(x[:, :1] for x in SQUARE[1:])],
    ),
]
