"""Norms of all orders, medians, running extrema, inverse functions and distances."""

from __future__ import annotations

import torch
from support.conversions import Case, normal
from torch.nn import functional as F

INF, NAN = torch.inf, torch.nan
X, OTHER = normal(3, 5), normal(3, 5, seed=1)
CHANNELS = normal(2, 5, 4)
ZEROS = torch.tensor([[0.0, 0, 0, 0], [1, 0, -2, 2], [3, -4, 0, 0.5]])
TIES = torch.tensor([[1.0, 1, 0, 2], [NAN, 2, 1, 3], [0, 3, 3, -1]])
UNIT = torch.tensor([0.0, -0.0, 1, -1, 0.5, -0.3, 1e-4, 0.99])
WIDE = torch.tensor([0.0, -0.0, 1, -1, 1e-4, -30, 1e10, INF, -INF])
INTEGERS = torch.tensor([[3, -2, 0, 7], [1, 1, 9, -4]])
ORDERS = (0, 0.5, 1, 1.5, 2, 3, INF, -INF, -1)


def _norms(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
    return tuple(torch.linalg.vector_norm(x, p, dim=1) for p in ORDERS)


CASES = [
    Case("norms", _norms, [X], 5e-6),
    Case("norms-of-zeros", _norms, [ZEROS], 5e-6),
    Case("norms-of-all", lambda x: (x.norm(p=3), x.norm(p=0.5), x.norm(p=3, dim=0, keepdim=True)), [X], 5e-6),
    Case("normalised", lambda x: (F.normalize(x, p=3.0), F.normalize(x, p=1.0), F.normalize(x, p=INF)), [ZEROS], 5e-6),
    Case(
        "pairwise",
        lambda a, b: tuple(F.pairwise_distance(a, b, p=p) for p in (1, 2, 3)),
        [X, normal(3, 5, seed=1)],
        5e-6,
    ),
    Case(
        "distances",
        lambda a, b: tuple(torch.cdist(a, b, p=p) for p in (0.0, 0.5, 1.0, 2.0, 3.0, INF)),
        [X, torch.cat([X[:1], OTHER])],
        2e-5,
    ),
    Case("largest-distances", lambda a, b: torch.cdist(a, b, p=INF), [TIES, torch.zeros_like(TIES[:2])]),
    Case("distances-of-stacks", lambda a, b: torch.cdist(a, b), [normal(2, 3, 4), normal(2, 5, 4, seed=1)], 5e-6),
    Case("median", lambda x, i: (*x.median(1), x.median(), *x.median(0, keepdim=True), *i.median(1)), [X, INTEGERS]),
    Case("median-with-nan", lambda x: (*x.median(1), x[[0, 2]].median()), [TIES[:, [0, 2, 3]]]),
    Case("k-th-value", lambda x: (*x.kthvalue(2), *x.kthvalue(3, 0, keepdim=True)), [X]),
    Case("running-extrema", lambda x, i: (*x.cummax(1), *x.cummin(1), *x.cummax(0), *i.cummax(1)), [TIES, INTEGERS]),
    Case("log-of-running-sums", lambda x: (x.logcumsumexp(1), x.logcumsumexp(0)), [3 * X], 5e-6),
    Case(
        "sorted-with-nan", lambda x: (*x.sort(dim=1, stable=True), *x.sort(dim=1, descending=True, stable=True)), [TIES]
    ),
    Case("inverse-trigonometric", lambda x: (x.asin(), x.acos(), x.atan()), [UNIT], 5e-6),
    Case("arctangent", lambda x: x.atan(), [WIDE], 5e-6),
    Case("inverse-hyperbolic", lambda x: (x.asinh(), x.atanh()), [UNIT], 5e-6),
    Case("area-sine", lambda x: x.asinh(), [WIDE], 5e-6),
    Case("area-cosine", lambda x: x.acosh(), [torch.tensor([1.0, 1.01, 2, 1e6, 1e18, INF])], 5e-6),
    Case(
        "angles",
        torch.atan2,
        [torch.tensor([0.0, 0, 1, -1, -0.0, 2, 1, -3, INF]), torch.tensor([0.0, -1, 0, 0, -1, INF, 1, -2, INF])],
        5e-6,
    ),
    Case(
        "response-normalisation",
        lambda x: (F.local_response_norm(x, 3), F.local_response_norm(x, 2, k=2.0)),
        [normal(2, 5, 4)],
        5e-6,
    ),
]
