"""Losses with their options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from support.conversions import Case, normal
from torch.nn import functional

LOGITS = normal(5, 4)
TARGET = torch.tensor([0, 3, 1, -100, 2])
WEIGHT = torch.tensor([0.5, 2.0, 1.0, 0.25])
PIXELS, CLASSES = normal(2, 3, 4, 2), torch.tensor([0, 1, 2, 2, 1, 0, 0, 1] * 2).reshape(2, 4, 2)


def _cross_entropy(**options: Any) -> Callable[..., torch.Tensor]:
    return lambda x, t: functional.cross_entropy(x, t, **options)


CASES = [
    Case("cross-entropy", _cross_entropy(), [LOGITS, TARGET]),
    Case("cross-entropy-sum", _cross_entropy(reduction="sum", label_smoothing=0.1), [LOGITS, TARGET]),
    Case("cross-entropy-none", _cross_entropy(reduction="none"), [LOGITS, TARGET]),
    Case("cross-entropy-weighted", lambda x, t: functional.cross_entropy(x, t, WEIGHT.clone()), [LOGITS, TARGET]),
    Case("cross-entropy-ignoring", _cross_entropy(ignore_index=1), [LOGITS[:3], TARGET[:3]]),
    Case("cross-entropy-of-pixels", _cross_entropy(), [PIXELS, CLASSES]),
    Case("cross-entropy-of-pixels-none", _cross_entropy(reduction="none"), [PIXELS, CLASSES]),
    Case("cross-entropy-of-one", _cross_entropy(), [LOGITS[0], TARGET[1]]),
    Case("mse", functional.mse_loss, [LOGITS, normal(5, 4, seed=1)]),
    Case("mse-sum", lambda x, y: functional.mse_loss(x, y, reduction="sum"), [LOGITS, normal(5, 4, seed=1)]),
    Case("mse-none", lambda x, y: functional.mse_loss(x, y, reduction="none"), [LOGITS, normal(5, 4, seed=1)]),
    Case("l1", functional.l1_loss, [LOGITS, normal(5, 4, seed=1)]),
    Case(
        "l1-none", lambda x: functional.l1_loss(x, torch.zeros(3), reduction="none"), [torch.tensor([-1.0, 0.0, 2.0])]
    ),
    Case("smooth-l1", functional.smooth_l1_loss, [LOGITS, 2 * normal(5, 4, seed=1)]),
    Case("smooth-l1-beta", lambda x, y: functional.smooth_l1_loss(x, y, beta=0.3), [LOGITS, normal(5, 4, seed=1)]),
    Case("huber", lambda x, y: functional.huber_loss(x, y, "sum", 0.7), [LOGITS, normal(5, 4, seed=1)]),
    Case(
        "binary",
        lambda x, y: functional.binary_cross_entropy_with_logits(x, y.sigmoid()),
        [10 * LOGITS, normal(5, 4, seed=1)],
    ),
    Case(
        "binary-hard",
        lambda x, t: functional.binary_cross_entropy_with_logits(x, (t > 1).float()),
        [LOGITS[:, 0], TARGET],
    ),
    Case(
        "binary-weighted",
        lambda x, t: functional.binary_cross_entropy_with_logits(
            x, (t > 1)[:, None].float().expand(5, 4), WEIGHT.clone(), pos_weight=2 * WEIGHT, reduction="sum"
        ),
        [LOGITS, TARGET],
    ),
    Case("negative-log-likelihood", lambda x, t: functional.nll_loss(x.log_softmax(-1), t), [LOGITS, TARGET]),
    Case(
        "negative-log-likelihood-unnormalised", lambda x, t: functional.nll_loss(x, t, WEIGHT.clone()), [LOGITS, TARGET]
    ),
    Case(
        "negative-log-likelihood-of-pixels",
        lambda x, t: functional.nll_loss(x, t, reduction="none", ignore_index=2),
        [PIXELS, CLASSES],
    ),
    Case(
        "cross-entropy-of-probabilities",
        lambda x, y: functional.cross_entropy(x, y.softmax(-1)),
        [LOGITS, normal(5, 4)],
    ),
    Case(
        "cross-entropy-of-probabilities-weighted",
        lambda x, y: functional.cross_entropy(x, y, torch.ones(3) / 2, label_smoothing=0.1, reduction="none"),
        [PIXELS, PIXELS.flip(0).softmax(1)],
    ),
    Case(
        "kullback-leibler",
        lambda x, y: (
            functional.kl_div(x.log_softmax(-1), y.softmax(-1), reduction="batchmean"),
            functional.kl_div(x.log_softmax(-1), y.log_softmax(-1), log_target=True, reduction="sum"),
        ),
        [LOGITS, normal(5, 4, seed=1)],
    ),
    Case(
        "binary-of-probabilities",
        lambda x, y: functional.binary_cross_entropy(x.sigmoid(), y.sigmoid()),
        [LOGITS, normal(5, 4, seed=1)],
    ),
    Case(
        "cosine-embedding",
        lambda x, y, s: functional.cosine_embedding_loss(x, y, s, margin=0.1),
        [LOGITS, normal(5, 4, seed=1), torch.tensor([1, -1, 1, -1, 1])],
    ),
    Case(
        "margins",
        lambda x, y, s: (
            functional.margin_ranking_loss(x[:, 0], y[:, 0], s),
            functional.hinge_embedding_loss(x[:, 0], s),
            functional.soft_margin_loss(x[:, 1], s.float()),
            functional.triplet_margin_loss(x, y, x - 2 * y),
        ),
        [LOGITS, normal(5, 4, seed=1), torch.tensor([1, -1, 1, -1, 1])],
        tolerance=4e-6,
    ),
]
