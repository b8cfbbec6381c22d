"""Tensors without elements: sums over them are 0, products 1, means NaN."""

from __future__ import annotations

import torch
from support.conversions import Case, normal
from torch.nn import functional as F

X = normal(2, 3)
IMAGES = normal(2, 3, 4, 4)
HEADS = normal(1, 2, 3, 4)
NO_INDICES = torch.zeros(0, dtype=torch.long)

CASES = [
    Case("linear-layer-of-no-inputs", F.linear, [torch.zeros(4, 0), torch.zeros(3, 0), normal(3)]),
    Case("product-over-nothing", lambda x, w: x[:, :0] @ w[:0] + x.sum() * w.sum(), [X, normal(3, 4)]),
    Case(
        "stack-of-products", lambda x, w: x[..., :0] @ w[:, :0] + x.sum() * w.sum(), [normal(2, 2, 3), normal(2, 3, 4)]
    ),
    Case("einsum", lambda x: (torch.einsum("ij,kj->ik", x[:, :0], x[:, :0]), x.sum()), [X]),
    Case(
        "sums",
        lambda x: (x[:0].sum(), x[:0].sum(0), x[:, :0].sum(1), x[:0].mean(), x[:, :0].sum(0).sum(), x.sum()),
        [X],
    ),
    Case("products", lambda x: (x[:0].prod(), x[:0].prod(0), x.sum()), [X]),
    Case("means-and-variances", lambda x: (x[:0].mean(0), x[:0].var(0), x.sum()), [X]),
    Case("reshaped", lambda x: (x[:0].reshape(0, 3, 5).sum((1, 2)), x[:, :0].reshape(2, 0, 7).sum(2), x.sum()), [X]),
    Case(
        "images",
        lambda x, w: (F.conv1d(x[:0].reshape(0, 3, 5), w), F.max_pool1d(x[:0].reshape(0, 2, 6), 2), x.sum() * w.sum()),
        [X, normal(4, 3, 3)],
    ),
    Case("norms", lambda x: (x[:, :0].norm(dim=1), x[:, :0].logsumexp(1), x.sum()), [X]),
    Case("running-sums", lambda x: (x[:0].cumsum(0), x[:0].cumprod(0), x[:0].sort(0)[0], x.sum()), [X]),
    Case("any-and-all", lambda x: ((x[:0] > 0).any(), (x[:0] > 0).all(), (x[:0] > 0).any(0), x.sum()), [X]),
    Case("elementwise", lambda x: (x[:0].exp() * 2, x.sum()), [X]),
    Case("concatenated", lambda x: torch.cat([x[:0], x], 0), [X]),
    Case("softmax", lambda x: (x[:, :0].softmax(1), x[:, :0].log_softmax(0), x.sum()), [X]),
    Case("embedding", lambda x, i: (F.embedding(i, x), x[i], x.sum()), [X, NO_INDICES]),
    Case("added-at-indices", lambda x, i: x.index_add(0, i, x[:0]), [X, NO_INDICES]),
    Case(
        "attention-without-keys",
        lambda q, k: F.scaled_dot_product_attention(q, k[:, :, :0], k[:, :, :0]) + k.sum(),
        [HEADS, HEADS],
    ),
    Case(
        "attention-without-keys-but-a-mask",
        lambda q, k: F.scaled_dot_product_attention(q, k[:, :, :0], k[:, :, :0], torch.zeros(3, 0)) + k.sum(),
        [HEADS, HEADS],
    ),
    Case(
        "attention-without-queries",
        lambda q, k: (F.scaled_dot_product_attention(q[:, :, :0], k, k), k.sum()),
        [HEADS, HEADS],
    ),
    Case("layer-norm", lambda x: (F.layer_norm(x[:0], (3,)), x.sum()), [X]),
    Case("pooling", lambda x: (F.max_pool2d(x[:0], 2), F.avg_pool2d(x[:0], 2), x.sum()), [IMAGES]),
    Case("convolution", lambda x, w: (F.conv2d(x[:0], w), x.sum()), [IMAGES, normal(2, 3, 3, 3)]),
    Case("cross-entropy", lambda x: F.cross_entropy(x[:0], NO_INDICES, reduction="sum") + x.sum(), [X]),
    Case("mean-of-no-losses", lambda x: F.cross_entropy(x[:0], NO_INDICES), [X]),
]
