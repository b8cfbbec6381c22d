"""Elements put at indices, folded and unfolded images, and pooling with indices, divisors and sizes of all kinds."""

from __future__ import annotations

from collections.abc import Callable

import torch
from support.conversions import Case, normal
from torch.nn import functional as F

X, VALUES = normal(3, 4), normal(2, 4, seed=1)
STACK = normal(2, 3, 4)
MASK = torch.tensor([[True, False, True, False], [False] * 4, [True] * 4])
ROWS, COLUMNS = torch.tensor([2, 0]), torch.tensor([-1, 1])
INTEGERS = torch.arange(12).reshape(3, 4)
IMAGES = normal(2, 3, 7, 5)
SIGNALS = normal(2, 3, 7)


def _put(index: object) -> Callable[..., torch.Tensor]:
    def function(x: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
        x = x.clone()
        x[index] = values
        return x

    return function


def _unpooled(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
    values, indices = F.max_pool2d(x, 2, 2, return_indices=True)
    return values, indices, F.max_unpool2d(values, indices, 2, 2, output_size=x.shape[-2:])


CASES = [
    Case("rows", _put(ROWS), [X, VALUES]),
    Case("columns", lambda x, v: _put((slice(None), COLUMNS))(x, v[:1, :2]), [X, VALUES]),
    Case("elements", lambda x, v: _put((ROWS, COLUMNS))(x, v[0, :2]), [X, VALUES]),
    Case("apart", lambda x, v: _put((torch.tensor([1, 0]), slice(None), COLUMNS))(x, v[:, :3]), [STACK, VALUES]),
    Case("one-value", lambda x, v: _put(ROWS)(x, v[0, 0]), [X, VALUES]),
    Case("added", lambda x, v: x.index_put((torch.tensor([1, 1]),), v, accumulate=True), [X, VALUES]),
    Case("integers", lambda i: _put(ROWS)(i, i[:2] + 5), [INTEGERS]),
    Case("mask", lambda x, v: (_put(MASK)(x, v[0, 0]), _put(MASK[:, 0])(x, v[0])), [X, VALUES]),
    Case("mask-of-the-values", lambda x: _put(MASK)(x, -1.0) * x, [X]),
    Case("unfolded", lambda x: (F.unfold(x, 3), F.unfold(x, (2, 3), dilation=2, padding=1, stride=(1, 2))), [IMAGES]),
    Case(
        "folded",
        lambda x: (F.fold(F.unfold(x, 3, padding=1), (7, 5), 3, padding=1), F.fold(F.unfold(x, 2), (7, 5), 2)),
        [IMAGES],
    ),
    Case(
        "pooled-with-indices",
        lambda x: (
            *F.max_pool2d(x, 3, 2, 1, return_indices=True),
            *F.max_pool2d(x, 2, 2, ceil_mode=True, return_indices=True),
        ),
        [IMAGES],
    ),
    Case("unpooled", _unpooled, [IMAGES]),
    Case(
        "adaptive-maxima",
        lambda x: (F.adaptive_max_pool2d(x, (3, 2)), F.adaptive_max_pool2d(x.relu(), 4), F.adaptive_max_pool2d(x, 1)),
        [IMAGES],
    ),
    Case("adaptive-maxima-of-signals", lambda x: (F.adaptive_max_pool1d(x, 3), F.adaptive_max_pool1d(x, 7)), [SIGNALS]),
    Case("adaptive-means", lambda x: (F.adaptive_avg_pool2d(x, (3, 2)), F.adaptive_avg_pool2d(x, (4, None))), [IMAGES]),
    Case(
        "divisor",
        lambda x: (
            F.avg_pool2d(x, 2, divisor_override=3),
            F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, divisor_override=1),
            F.avg_pool2d(x, (3, 2), (2, 1), (1, 0), count_include_pad=False, divisor_override=5),
        ),
        [IMAGES],
    ),
    Case(
        "means-at-the-border",
        lambda x: (
            F.avg_pool2d(x, 3, 2, 1, ceil_mode=True),
            F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=False),
            F.avg_pool2d(x, 2, 2, ceil_mode=True),
        ),
        [IMAGES],
    ),
]
