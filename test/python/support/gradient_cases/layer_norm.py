"""Layer normalisation over one and more dimensions."""

from __future__ import annotations

import numpy as np
from support.gradients import Case
from torch.nn.functional import layer_norm as reference

from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.layer_norm import layer_norm
from pock_mlir.dialects.upstream import mul

from .arrays import normal, size_name

USES = (((6,), 1), ((4, 8), 1), ((4, 8), 2), ((2, 3, 4), 1), ((2, 3, 4), 2), ((1, 5), 1), ((2, 1, 3), 1), ((3, 1), 1))


def _case(name: str, x: np.ndarray, axes: int, eps: float = 1e-5, tolerance: float = 2e-6) -> Case:
    return Case(
        "pock.layer_norm",
        name,
        [x],
        lambda v: layer_norm(v, axes, eps)[0],
        lambda v: reference(v, v.shape[v.ndim - axes :], eps=eps),
        tolerance=tolerance,
    )


CASES = [
    *(_case(f"{size_name(shape)}-over-{axes}", normal(*shape), axes) for shape, axes in USES),
    _case("large-eps", normal(3, 5), 1, eps=0.5),
    _case("constant-rows", np.full((2, 4), 3.0), 1),
    # The mean costs digits of the input itself: a unit in the last place of 1000 is 6e-5.
    Case(
        "pock.layer_norm",
        "of-a-product-over-2",
        [normal(2, 3, 4), normal(3, 4, seed=1)],
        lambda x, weight: layer_norm(mul(x, broadcast(weight, [2, 3, 4])), 2, 1e-5)[0],
        lambda x, weight: reference(x * weight, (3, 4)),
    ),
    Case(
        "pock.layer_norm",
        "affine-over-2",
        [normal(2, 3, 4), normal(3, 4, seed=1)],
        lambda x, weight: mul(layer_norm(x, 2, 1e-5)[0], broadcast(weight, [2, 3, 4])),
        lambda x, weight: reference(x, (3, 4), weight),
    ),
    _case("large-mean", 1000.0 + normal(3, 16), 1, tolerance=2e-4),
]
