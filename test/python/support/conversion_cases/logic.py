"""Comparisons, logic, choices."""

from __future__ import annotations

from typing import Any

import torch
from support.conversions import Case, normal

X = normal(3, 4).round(decimals=0)
Y = normal(3, 4, seed=1).round(decimals=0)
# Over DIVISOR: infinities, NaN, both zeros and an ordinary number.
DIVIDEND, DIVISOR = torch.tensor([1.0, -1.0, 0.0, 0.0, 0.0, 2.0]), torch.tensor([0.0, 0.0, 0.0, -1.0, 1.0, 1.0])
I = torch.tensor([[3, -2, 0, 6]])  # noqa: E741
J = torch.tensor([[3], [0], [-2]])
A = torch.tensor([[True, True, False, False]])
B = torch.tensor([[True], [False]])


def _comparisons(x: Any, y: Any) -> tuple[Any, ...]:
    return x == y, x != y, x < y, x <= y, x > y, x >= y


CASES = [
    Case("compare", _comparisons, [X, Y]),
    Case("compare-to-number", lambda x: _comparisons(x, 0.0), [X]),
    Case("compare-special-values", lambda x, y: _comparisons(x / y, x / y), [DIVIDEND, DIVISOR]),
    Case("compare-integers", _comparisons, [I, J]),
    Case("compare-integers-to-number", lambda i: _comparisons(i, 0), [I]),
    Case("compare-integers-to-fraction", lambda i: _comparisons(i, 0.5), [I]),
    Case("compare-with-integers", _comparisons, [X, I]),
    Case("compare-booleans", lambda a, b: (a == b, a != b, a == 1), [A, B]),
    Case("and-or-xor", lambda a, b: (a & b, a | b, a ^ b), [A, B]),
    Case("and-or-xor-of-integers", lambda i, j: (i & j, i | j, i ^ j), [I, J]),
    Case("and-or-xor-with-number", lambda i: (i & 6, i | 1, i ^ 3), [I]),
    Case("bitwise", lambda i, j: (i.bitwise_and(j), i.bitwise_or(j), i.bitwise_xor(j), i.bitwise_not()), [I, J]),
    Case("bitwise-with-number", lambda i: (i.bitwise_and(6), i.bitwise_or(1), i.bitwise_xor(3)), [I]),
    Case("shifts", lambda i: (i << 3, i >> 1, i.bitwise_left_shift(2), i.bitwise_right_shift(1)), [I]),
    Case("logical", lambda a, b: (a.logical_and(b), a.logical_or(b), a.logical_xor(b)), [A, B]),
    Case("logical-of-numbers", lambda x, i: (x.logical_and(i), x.logical_or(i), x.logical_not()), [X, I]),
    Case("not", lambda a, i: (~a, a.logical_not(), ~i, i.logical_not()), [A, I]),
    Case("isnan", lambda x, y: torch.isnan(x / y), [DIVIDEND, DIVISOR]),
    Case("where", lambda a, x, y: torch.where(a, x, y), [A, X, Y]),
    Case(
        "where-number", lambda a, x: (torch.where(a, x, 0.0), torch.where(a, 1.0, x), torch.where(a, 1.0, -1.0)), [A, X]
    ),
    Case("where-integers", lambda a, i, j: torch.where(a, i, j), [A, I, J]),
    Case("where-mixed", lambda a, x, i: torch.where(a, x, i), [A, X, I]),
    Case("masked-fill", lambda a, x: x.masked_fill(a, -1e9), [A, X]),
    Case("masked-fill-infinite", lambda a, x: x.masked_fill(a, float("-inf")), [A, X]),
    Case("masked-fill-tensor", lambda a, x, v: x.masked_fill(a, v), [A, X, torch.tensor(2.5)]),
    Case("masked-softmax", lambda a, x: x.masked_fill(a, float("-inf")).softmax(-1), [A, X]),
]
