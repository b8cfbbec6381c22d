"""Reductions; maxima and minima share the cotangent among the elements that attain them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from support.gradients import Case

from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.upstream import mul

from .arrays import few_values, normal, size_name

USES = (
    ((5,), (0,)),
    ((1,), (0,)),
    ((3, 4), (0,)),
    ((3, 4), (1,)),
    ((3, 4), (0, 1)),
    ((1, 4), (0,)),
    ((2, 1, 3), (1,)),
    ((2, 3, 4), (0, 2)),
    ((2, 3, 4), (1,)),
    ((2, 3, 4, 2), (1, 2, 3)),
)
REFERENCES = {"sum": torch.sum, "max": torch.amax, "min": torch.amin}


def _case(kind: str, name: str, x: np.ndarray, dims: Sequence[int]) -> Case:
    return Case(
        "pock.reduce",
        f"{kind}-{name}-over-{'-'.join(map(str, dims))}",
        [x],
        lambda x: reduce(x, dims, kind),
        lambda x: REFERENCES[kind](x, dims),
        doubles=len(dims) > 1,
    )


def _product(shape: Sequence[int], factor: Sequence[int], dims: Sequence[int]) -> Case:
    """The sum of a product of which one factor is broadcast."""
    return Case(
        "pock.reduce",
        f"sum-{size_name(shape)}-times-{size_name(factor)}-over-{'-'.join(map(str, dims))}",
        [normal(*shape), normal(*factor, seed=1)],
        lambda x, y: reduce(mul(x, broadcast(y, shape)), dims),
        lambda x, y: torch.sum(x * y, dims),
        doubles=False,
    )


PRODUCTS = (
    ((2, 3), (3,), (0, 1)),
    ((2, 3), (2, 1), (0, 1)),
    ((2, 3, 4), (4,), (1, 2)),
    ((2, 3, 4), (3, 1), (0, 1)),
    ((2, 3, 4), (3, 4), (0, 2)),
    ((2, 3, 4), (2, 1, 4), (0, 1, 2)),
)
CASES = [
    *(_product(*use) for use in PRODUCTS),
    *(_case(kind, size_name(shape), normal(*shape), dims) for kind in ("sum", "max") for shape, dims in USES),
    _case("min", "3x4", normal(3, 4), (1,)),
    _case("min", "2x1x3", normal(2, 1, 3), (0, 2)),
    *(
        _case(kind, f"ties-{size_name(shape)}", few_values(*shape), dims)
        for kind in ("max", "min")
        for shape, dims in (((4, 6), (1,)), ((4, 6), (0, 1)), ((3, 4, 5), (0, 2)))
    ),
    _case("max", "all-equal", np.zeros((3, 4)), (1,)),
]
