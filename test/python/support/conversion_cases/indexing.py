"""Embedding, gather and advanced indexing."""

from __future__ import annotations

import torch
from support.conversions import Case, normal
from torch.nn import functional

TABLE = normal(5, 3)
X = normal(3, 4, 5)
I = torch.tensor([[0, 2], [2, 1]])  # noqa: E741
ROWS, COLUMNS = torch.tensor([2, 0, -1]), torch.tensor([0, -4, 3])

LONG, OFFSETS = torch.tensor([0, 2, 2, 1, 4, 2]), torch.tensor([0, 3, 3, 6])
MODES = ("sum", "mean", "max")
_bags = functional.embedding_bag


def put(x: torch.Tensor, *place: object, value: torch.Tensor | float) -> torch.Tensor:
    """x with a value assigned to a place."""
    x = x.clone()
    x[place if len(place) > 1 else place[0]] = value
    return x


def inverse(x: torch.Tensor) -> torch.Tensor:
    order = x.argsort()
    return torch.empty_like(order).index_put((order,), torch.arange(len(order)))


CASES = [
    Case("embedding", lambda t, i: functional.embedding(i, t), [TABLE, I]),
    Case("embedding-padding", lambda t, i: functional.embedding(i, t, padding_idx=2), [TABLE, I]),
    Case("rows", lambda x, i: (x[i], x[i[0]]), [X, I]),
    Case("negative-rows", lambda x, r: x[r], [X, ROWS]),
    Case("columns", lambda x, i: (x[:, i], x[:, :, i], x[..., i[0]]), [X, I]),
    Case("elements", lambda x, r, c: (x[r, c], x[:, r, c], x[r, c, r]), [X, ROWS, COLUMNS]),
    Case("broadcast-indices", lambda x, r, c: x[r[:, None], c], [X, ROWS, COLUMNS]),
    Case("first-token", lambda x, r: x[torch.arange(3), r.abs()], [X, ROWS]),
    Case("index-select", lambda x, r: (x.index_select(0, r.abs()), x.index_select(1, r.abs())), [X, ROWS]),
    Case("gather", lambda x, i: x.gather(1, i[:, :, None].expand(2, 2, 3)), [X, I]),
    Case("gather-last", lambda x, i: x[0, :2].gather(-1, i), [X, I]),
    Case("gather-first", lambda x, i: x[:, :2, 0].gather(0, i), [X, I]),
    Case("integers", lambda i, r: (i[r.abs().clamp(max=1)], i.gather(1, 1 - i.clamp(max=1))), [I, ROWS]),
    Case("apart", lambda x, r, c: (x[r, :, c], x[None][:, r, :, c]), [X, ROWS, COLUMNS]),
    Case("bags", lambda t, i: (_bags(i, t, mode="sum"), _bags(i, t, mode="mean"), _bags(i, t, mode="max")), [TABLE, I]),
    Case("bags-of-several-sizes", lambda t, i, o: tuple(_bags(i, t, o, mode=m) for m in MODES), [TABLE, LONG, OFFSETS]),
    Case(
        "bags-with-padding",
        lambda t, i, o: tuple(_bags(i, t, o, mode=m, padding_idx=2) for m in MODES),
        [TABLE, LONG, OFFSETS],
    ),
    Case(
        "weighted-bags", lambda t, w, i: _bags(i, t, mode="sum", per_sample_weights=w), [TABLE, normal(2, 2, seed=1), I]
    ),
    Case(
        "bags-with-last-offset",
        lambda t, i, o: _bags(i, t, o, mode="sum", include_last_offset=True),
        [TABLE, LONG, OFFSETS],
    ),
    Case("scatter-add", lambda x, y, i: (x[0].scatter_add(1, i, y), x[0].scatter_add(0, i, y)), [X, normal(2, 2), I]),
    Case("scatter", lambda x, y, i: x[0].scatter(1, i + torch.tensor([[0], [2]]), y), [X, normal(2, 2), I]),
    Case("scatter-number", lambda x, i: x[0].scatter(1, i, 2.5), [X, I]),
    Case("index-add", lambda x, r: (x.index_add(0, r.abs(), x), x.index_add(2, r.abs(), x[..., :3])), [X, ROWS]),
    Case("put-rows", lambda x, y, r: put(x, r, value=y), [X, normal(3, 4, 5, seed=1), ROWS]),
    Case("put-columns", lambda x, c: put(x, slice(None), c[:2], value=7.0), [X, COLUMNS]),
    Case("put-elements", lambda x, y, r, c: put(x, r[:, None], c, value=y), [X, normal(5, seed=1), ROWS, COLUMNS]),
    Case("put-the-last-twice", lambda x, i: put(x[0], i[:, 1], value=x[1, :2].detach()), [X, I]),
    Case("put-integers", lambda i, r: put(i, r[1:], value=r[:2]), [I, ROWS]),
    Case("put-masked", lambda x: (put(x, x > 0, value=0.5), put(x, x[..., 0] > 0, value=-1.0)), [X]),
    Case("put-added", lambda x, y, i: x[0].index_put((i,), y, accumulate=True), [X, normal(2, 2, 5, seed=1), I]),
    Case(
        "renormalized-rows",
        lambda t, i: tuple(torch.embedding_renorm_(t.detach().clone(), i, 1.0, order) for order in (1.0, 2.0)),
        [TABLE, I],
    ),
    Case("inverse-permutation", lambda x: inverse(x[0, 0]), [X]),
]
