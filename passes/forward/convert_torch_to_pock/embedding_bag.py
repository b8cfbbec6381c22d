"""Sums, means and maxima of embeddings over bags of indices."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions import embedding_bag as bag
from pock_mlir.compositions.embedding_bag import Mode
from pock_mlir.compositions.unsupported import Unsupported
from pock_mlir.dialects.base import shape_of

from .conversion import Conversion
from .rules import torch_op

MODES: tuple[Mode, ...] = ("sum", "mean", "max")
"""By torch's numbers for them."""


@torch_op("torch.aten.embedding_bag.padding_idx")
def embedding_bag(
    c: Conversion,
    table,
    indices,
    offsets,
    scale_by_frequency=False,
    mode=0,
    sparse=False,
    weights=None,
    include_last_offset=False,
    padding_index=None,
) -> list[ir.Value | None]:
    """Only the first result, the bags, is given."""
    if scale_by_frequency:
        raise Unsupported("scale_grad_by_freq")
    padding = -1 if padding_index is None else padding_index % shape_of(table)[0]
    return [bag.embedding_bag(table, indices, offsets, c.shape[0], MODES[mode], weights, padding), None, None, None]
