"""Embedding: rows that occur several times add up, the row of the padding index receives nothing."""

from __future__ import annotations

import numpy as np
import torch
from support.gradients import Case
from torch.nn.functional import embedding as reference

from pock_mlir.dialects.embedding import embedding, embedding_grad

from .arrays import normal


def _case(
    name: str, rows: int, width: int, indices: object, padding: int | None = None, dtype: type = np.int64
) -> Case:
    return Case(
        "pock.embedding",
        name,
        [normal(rows, width)],
        lambda table, i: embedding(table, i, -1 if padding is None else padding),
        lambda table, i: reference(i.long(), table, padding_idx=padding),
        fixed=[np.array(indices, dtype=dtype)],
    )


CASES = [
    _case("each-row-once", 4, 3, [2, 0, 3, 1]),
    _case("repeated", 5, 4, [[1, 1, 3], [1, 4, 3]]),
    _case("all-the-same", 3, 2, [2] * 9),
    _case("one-row", 1, 3, [0, 0]),
    _case("one-column", 4, 1, [3, 3, 0]),
    _case("a-single-index", 4, 3, [1]),
    _case("indices-of-rank-3", 6, 2, [[[0, 5], [5, 1]], [[2, 2], [5, 0]]]),
    _case("padding", 5, 3, [[0, 1, 0], [4, 0, 1]], padding=0),
    _case("padding-in-the-middle", 5, 3, [2, 2, 2, 1], padding=2),
    _case("padding-that-does-not-occur", 5, 3, [0, 1], padding=4),
    _case("32-bit-indices", 5, 3, [4, 0, 4], padding=0, dtype=np.int32),
    *(
        Case(
            "pock.embedding_grad",
            name,
            [normal(2, 3, 4)],
            lambda rows, i, padding=padding: embedding_grad(rows, i, 5, padding),
            lambda rows, i, padding=padding: torch.zeros(5, 4, dtype=rows.dtype).index_add(
                0, i.flatten(), (rows * (i != padding)[..., None]).reshape(-1, 4)
            ),
            fixed=[np.array([[0, 2, 2], [4, 0, 2]])],
        )
        for name, padding in (("rows", -1), ("rows-without-padding", 2))
    ),
]
