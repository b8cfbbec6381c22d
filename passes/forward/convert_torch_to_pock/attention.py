"""Scaled dot-product attention."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions.attention import attention, repeat_heads
from pock_mlir.dialects.base import shape_of

from .conversion import Conversion
from .random import dropout as drop
from .rules import torch_op


@torch_op("torch.aten.scaled_dot_product_attention")
def scaled_dot_product_attention(
    c: Conversion, query, key, value, mask=None, dropout=0.0, is_causal=False, scale=None, enable_gqa=False
) -> ir.Value:
    if enable_gqa:
        key, value = (repeat_heads(v, shape_of(query)[-3]) for v in (key, value))
    return attention(
        query,
        key,
        value,
        mask,
        is_causal=is_causal,
        factor=scale,
        dropout=lambda weights: drop(c, weights, dropout, True),
    )
