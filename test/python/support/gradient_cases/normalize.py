"""Normalisation over rows (one and more dimensions) and over columns, as batch normalisation has them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from support.gradients import Case
from torch.nn.functional import batch_norm, layer_norm

from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.normalize import normalize
from pock_mlir.dialects.upstream import mul

from .arrays import normal, size_name

ROWS = (((6,), 1), ((4, 8), 1), ((4, 8), 2), ((2, 3, 4), 1), ((2, 3, 4), 2), ((1, 5), 1), ((2, 1, 3), 1), ((3, 1), 1))
COLUMNS = ((5, 3), (4, 3, 2), (2, 3, 4, 5))


def _rows(name: str, x: np.ndarray, axes: int, eps: float = 1e-5, tolerance: float = 2e-6) -> Case:
    return Case(
        "pock.normalize",
        name,
        [x],
        lambda v: normalize(v, range(x.ndim - axes, x.ndim), eps).result,
        lambda v: layer_norm(v, v.shape[v.ndim - axes :], eps=eps),
        tolerance=tolerance,
    )


def _columns(shape: Sequence[int]) -> Case:
    def reference(v: torch.Tensor) -> torch.Tensor:
        return batch_norm(v.movedim(-1, 1), None, None, training=True).movedim(1, -1)

    return Case(
        "pock.normalize",
        f"columns-{size_name(shape)}",
        [normal(*shape)],
        lambda v: normalize(v, range(len(shape) - 1), 1e-5).result,
        reference,
        # The reference reduces one long sum.
        tolerance=4e-6,
    )


CASES = [
    *(_rows(f"{size_name(shape)}-over-{axes}", normal(*shape), axes) for shape, axes in ROWS),
    *(_columns(shape) for shape in COLUMNS),
    _rows("large-eps", normal(3, 5), 1, eps=0.5),
    _rows("constant-rows", np.full((2, 4), 3.0), 1),
    # The mean costs digits of the input itself: a unit in the last place of 1000 is 6e-5.
    Case(
        "pock.normalize",
        "of-a-product-over-2",
        [normal(2, 3, 4), normal(3, 4, seed=1)],
        lambda x, weight: normalize(mul(x, broadcast(weight, [2, 3, 4])), [1, 2], 1e-5).result,
        lambda x, weight: layer_norm(x * weight, (3, 4)),
    ),
    Case(
        "pock.normalize",
        "affine-over-2",
        [normal(2, 3, 4), normal(3, 4, seed=1)],
        lambda x, weight: mul(normalize(x, [1, 2], 1e-5).result, broadcast(weight, [2, 3, 4])),
        lambda x, weight: layer_norm(x, (3, 4), weight),
    ),
    _rows("large-mean", 1000.0 + normal(3, 16), 1, tolerance=2e-4),
]
