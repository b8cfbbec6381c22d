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
        "std-of-equal-elements",
        lambda x: (x.std(1), x.std(1, correction=0)),
        [torch.tensor([[0.5] * 4, [1.5, 2, 0, 1]])],
    ),
    Case(
        "norm", lambda x: (x.norm(), x.norm(dim=-1), x.norm(p=1, dim=0), torch.linalg.vector_norm(x, float("inf"))), [X]
    ),
    Case("normalize", lambda x: torch.nn.functional.normalize(x, dim=-1), [torch.cat([X[0], torch.zeros(1, 4)])]),
    Case("norm-of-nan", lambda x: x.norm(dim=-1), [torch.tensor([[1.0, 2.0], [torch.nan, 1.0], [0.0, 0.0]])]),
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
    Case(
        "var-and-mean", lambda x: (*torch.var_mean(x, -1), *torch.std_mean(x, (0, 1), correction=0, keepdim=True)), [X]
    ),
    Case("all", lambda m, i: (m.all(), m.all(1), i.all(0), i.any()), [MASK, I]),
    Case("product", lambda x: (x.prod(), x.prod(1), x.prod(-1, keepdim=True)), [X]),
    Case("product-with-zeros", lambda x: (x.prod(0), x.prod()), [torch.tensor([[2.0, 0.0, 0.0], [3.0, 4.0, 0.0]])]),
    Case("product-of-integers", lambda i: (i.prod(), i.prod(1)), [I]),
    Case("cumulative-sum", lambda x: (x.cumsum(-1), x.cumsum(0), x.cumsum(1)), [X]),
    Case(
        "cumulative-sum-of-integers", lambda i, m: (i.cumsum(1), i.cumsum(0), m.cumsum(1), m.int().cumsum(1)), [I, MASK]
    ),
    Case("cumulative-sum-in-another-type", lambda m: m.cumsum(1, dtype=torch.float32), [MASK]),
    Case("position-ids", lambda i: (torch.cumsum(i.ne(1).int(), dim=1).type_as(i) * i.ne(1)).long() + 1, [I]),
    Case("differences", lambda x, i: (x.diff(), x.diff(2, 0, prepend=x), i.diff(dim=0, append=i)), [X, I]),
    Case("cumulative-product", lambda x, i: (x.cumprod(-1), x.cumprod(0), i.cumprod(1)), [X, I]),
    Case(
        "arguments-of-extrema", lambda x, i: (x.argmax(), x.argmax(1), x.argmin(-1, keepdim=True), i.argmax(1)), [X, I]
    ),
    Case("first-extremum", lambda x, i: (*x.max(1), *x.min(-1, keepdim=True), *i.max(0), *i.min(1)), [TIES, I]),
    Case("first-nan", lambda x: (x / x).argmax(1), [torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 2.0]])]),
    Case("sort", lambda x: (*x.sort(), *x.sort(1, descending=True)), [X]),
    Case(
        "stable-sort",
        lambda x: (*x.sort(dim=-1, stable=True), x.argsort(dim=0, stable=True), x.argsort()),
        [torch.stack([X[0], X[1]])],
    ),
    Case("stable-sort-of-integers", lambda i: i.sort(dim=1, stable=True), [I]),
    Case("top-k", lambda x, i: (*x.topk(2), *x.topk(2, 1, largest=False), *(i + torch.arange(4)).topk(3)), [X, I]),
    Case(
        "histogram",
        lambda x: (torch.histc(x.detach(), 4, -1, 1), torch.histc(x.detach().round(), 5, -2, 2)),
        [torch.cat([normal(20), torch.tensor([-1.0, -0.5, 0.0, 0.5, 1.0])])],
    ),
]
