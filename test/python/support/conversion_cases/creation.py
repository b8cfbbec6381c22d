"""Tensors made by the program: constants, ranges, masks."""

from __future__ import annotations

import torch
from support.conversions import Case, normal

X = normal(2, 4)
I = torch.tensor([[3, 1]])  # noqa: E741

CASES = [
    Case("zeros", lambda x: (torch.zeros(2, 4) + x, torch.zeros_like(x), x.new_zeros(3)), [X]),
    Case("ones", lambda x: (torch.ones(4) * x, torch.ones_like(x), x.new_ones(2, 1)), [X]),
    Case("integer-ones", lambda i: (torch.ones_like(i), torch.ones(2, dtype=torch.long) + i), [I]),
    Case("full", lambda x: (torch.full((4,), 2.5) * x, torch.full_like(x, -1.0), x.new_full((2,), 7.0)), [X]),
    Case("fill", lambda x: torch.fill(x, 3.0), [X]),
    Case(
        "empty-then-filled",
        lambda x: (x.new_empty(2, 4).fill_(1) * x, torch.empty(4).fill_(2), torch.empty_like(x).fill_(3)),
        [X],
    ),
    Case("scalar", lambda x: x * torch.scalar_tensor(1.5), [X]),
    Case(
        "arange",
        lambda i: (torch.arange(4), torch.arange(2, 6), torch.arange(1, 10, 3), torch.arange(5, 0, -2), i + 0),
        [I],
    ),
    Case("arange-of-floats", lambda x: x + torch.arange(4, dtype=torch.float32), [X]),
    Case("position-ids", lambda x: x * torch.arange(x.shape[-1]).unsqueeze(0), [X]),
    Case("triangles", lambda x: (x.tril(), x.triu(), x.tril(1), x.triu(-1), x[None].tril(-1)), [X]),
    Case("triangular-mask", lambda x: x.masked_fill(torch.tril(torch.ones(2, 4)) == 0, -1e4), [X]),
    Case("causal-mask", lambda x: x.masked_fill(torch.arange(4)[None] > torch.arange(2)[:, None], -1e4), [X]),
]
