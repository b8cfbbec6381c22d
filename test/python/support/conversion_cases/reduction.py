"""Sums, means, variances, extrema, softmax."""

from __future__ import annotations

import torch
from support.conversions import Case, normal

X = normal(2, 3, 4)
TIES = X.round(decimals=0)
I = torch.tensor([[3, -2, 0, 7], [1, 1, 9, -4]])  # noqa: E741
MASK = torch.tensor([[True, False, True, True], [False, False, False, False]])

CASES = [
    Case("sum", lambda x: (x.sum(), x.sum(-1), x.sum((0, 2)), x.sum(1, keepdim=True)), [X]),
    Case("sum-of-integers", lambda i: (i.sum(), i.sum(0)), [I]),
    Case("sum-of-booleans", lambda m: (m.sum(), m.sum(1)), [MASK]),
    Case("sum-in-another-type", lambda m: m.sum(1, dtype=torch.float32), [MASK]),
    Case("mean", lambda x: (x.mean(), x.mean(-1), x.mean((0, 1)), x.mean(-1, keepdim=True)), [X]),
    Case("masked-mean", lambda x, m: (x[0, :2] * m).sum(1) / m.sum(1).clamp(min=1), [X, MASK]),
    Case("var", lambda x: (x.var(), x.var(-1), x.var((1, 2), unbiased=False), x.var(0, keepdim=True)), [X]),
    Case("std", lambda x: (x.std(), x.std(-1), x.std((1, 2), unbiased=False)), [X]),
    Case(
        "norm", lambda x: (x.norm(), x.norm(dim=-1), x.norm(p=1, dim=0), torch.linalg.vector_norm(x, float("inf"))), [X]
    ),
    Case("normalize", lambda x: torch.nn.functional.normalize(x, dim=-1), [torch.cat([X[0], torch.zeros(1, 4)])]),
    Case("logsumexp", lambda x: (x.logsumexp(-1), (50 * x).logsumexp((0, 1), keepdim=True)), [X]),
    Case("amax", lambda x: (x.amax(), x.amax(-1), x.amax((0, 2), keepdim=True)), [TIES]),
    Case("amin", lambda x: (x.amin(), x.amin(1)), [TIES]),
    Case("max-and-min", lambda x: (x.max(), x.min()), [X]),
    Case("max-of-integers", lambda i: (i.max(), i.min(), i.amax(1)), [I]),
    Case("cumsum", lambda x, i, m: (x.cumsum(-1), x.cumsum(0), i.cumsum(1), m.cumsum(1)), [X, I, MASK]),
    Case("diff", lambda x, i: (x.diff(), x.diff(n=2, dim=1), i.diff(prepend=i[:, :1] - 1), i.diff(append=i)), [X, I]),
    Case("any", lambda m, i: (m.any(), m.any(1), i.any(0, keepdim=True)), [MASK, I]),
    Case("softmax", lambda x: (x.softmax(-1), x.softmax(0), torch.softmax(x, 1)), [X]),
    Case("log-softmax", lambda x: (x.log_softmax(-1), x.log_softmax(1)), [X]),
    Case("softmax-of-large-values", lambda x: (x.softmax(-1), x.log_softmax(-1)), [100 * X]),
]
