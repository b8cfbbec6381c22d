"""Linear layers and matrix products."""

from __future__ import annotations

import torch
import transformers.integrations.moe  # noqa: F401  (registers its ops)
from support.conversions import Case, normal
from torch.nn import functional

X = normal(2, 3, 4)
A = normal(3, 4, seed=1)
B = normal(4, 5, seed=2)
V = normal(4, seed=3)
WEIGHT, BIAS = normal(5, 4, seed=4), normal(5, seed=5)


def grouped(x: torch.Tensor, weight: torch.Tensor, ends: torch.Tensor) -> torch.Tensor:
    return torch.ops.transformers.grouped_mm_fallback(x, weight, ends.int())


CASES = [
    Case("linear", functional.linear, [X, WEIGHT, BIAS]),
    Case("linear-without-bias", functional.linear, [A, WEIGHT]),
    Case("linear-of-a-vector", functional.linear, [V, WEIGHT, BIAS]),
    Case("linear-of-one-row", functional.linear, [V[None], WEIGHT, BIAS]),
    # Vectors of one element, cut from others: IREE fails on such products of matrices.
    Case("linear-of-one-element", lambda v, w: functional.linear(v[:1], w[:, :1]), [V, WEIGHT]),
    Case("linear-of-one-element-to-one", lambda v, w: functional.linear(v[:1], w[:1, :1]), [V, WEIGHT]),
    Case("matmul-of-one-element", lambda v, w: v[1:].reshape(3, 1) @ w[:1, :1], [V, WEIGHT]),
    Case("bmm-of-one-element", lambda v, x: v[:2].reshape(2, 1, 1) @ x[:, :1], [V, X]),
    Case("mm", torch.mm, [A, B]),
    Case("bmm", lambda x: torch.bmm(x, x.mT), [X]),
    Case("matmul", lambda a, b: a @ b, [A, B]),
    Case("matmul-of-a-batch", lambda x, b: x @ b, [X, B]),
    Case("matmul-of-batches", lambda x, y: x @ y, [X, normal(2, 4, 2, seed=6)]),
    Case("matmul-broadcasting", lambda x, y: x @ y, [X[:, None], normal(3, 4, 2, seed=6)]),
    Case("matmul-matrix-by-batch", lambda a, y: a @ y, [A, normal(2, 4, 2, seed=6)]),
    Case("matmul-with-vectors", lambda x, a, v: (x @ v, a @ v, v @ a.t(), v @ v), [X, A, V]),
    Case("mv-and-dot", lambda a, v: (torch.mv(a, v), torch.dot(v, v)), [A, V]),
    Case("addmm", lambda c, a, b: (torch.addmm(c, a, b), torch.addmm(c, a, b, beta=0.5, alpha=2)), [BIAS, A, B]),
    Case("baddbmm", lambda c, x: torch.baddbmm(c, x, x.mT, beta=0.5, alpha=2), [normal(2, 3, 3, seed=7), X]),
    Case("groups", grouped, [normal(7, 4, seed=8), normal(3, 4, 2, seed=9), torch.tensor([2, 2, 7])]),
    Case("one-group", grouped, [normal(3, 4, seed=8), normal(1, 4, 2, seed=9), torch.tensor([3])]),
]
