"""Matrix multiplication in all forms of transposition."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
from support.gradients import Case

from pock_mlir.dialects.matmul import matmul

from .arrays import normal, size_name

# (batch, M, K, N)
SIZES = (
    ((), 3, 4, 5),
    ((2,), 3, 4, 5),
    ((2, 3), 4, 2, 5),
    ((), 17, 33, 20),
)
THIN = (((), 1, 4, 5), ((), 3, 1, 5), ((), 3, 4, 1), ((2, 1), 1, 3, 4))


def _case(batch: Sequence[int], m: int, k: int, n: int, transpose_lhs: bool, transpose_rhs: bool) -> Case:
    flags = f"{'t' if transpose_lhs else 'n'}{'t' if transpose_rhs else 'n'}"
    lhs = normal(*batch, *((k, m) if transpose_lhs else (m, k)), seed=1)
    rhs = normal(*batch, *((n, k) if transpose_rhs else (k, n)), seed=2)

    def reference(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return (a.mT if transpose_lhs else a) @ (b.mT if transpose_rhs else b)

    return Case(
        "pock.matmul",
        f"{flags}-{size_name(batch)}-{m}x{k}x{n}",
        [lhs, rhs],
        lambda a, b: matmul(a, b, transpose_lhs=transpose_lhs, transpose_rhs=transpose_rhs),
        reference,
        doubles=(m, k, n) == (3, 4, 5),
    )


CASES = [
    *(_case(*sizes, *flags) for sizes in SIZES for flags in itertools.product((False, True), repeat=2)),
    *(_case(*sizes, False, False) for sizes in THIN),
    Case("pock.matmul", "with-itself", [normal(4, 4)], lambda x: matmul(x, x), lambda x: x @ x),
    Case(
        "pock.matmul",
        "gram",
        [normal(4, 3)],
        lambda x: matmul(x, x, transpose_rhs=True),
        lambda x: x @ x.mT,
    ),
]
