"""Normalisation layers."""

from __future__ import annotations

import torch
from support.conversions import Case, normal
from torch.nn import functional

X = normal(2, 3, 4)
IMAGE = normal(2, 4, 3, 5)
WEIGHT, BIAS = normal(4, seed=1), normal(4, seed=2)
MEAN, VARIANCE = torch.tensor([0.1, -0.5, 0.0, 1.0]), torch.tensor([0.5, 1.0, 2.0, 0.1])


def _trained(x: torch.Tensor, *affine: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The result, and the running statistics, through which no gradient flows."""
    mean, variance = MEAN.clone(), VARIANCE.clone()
    result = functional.batch_norm(x, mean, variance, *affine, training=True, momentum=0.2)
    return result, mean.detach(), variance.detach()


def _instance_trained(x: torch.Tensor, *affine: torch.Tensor) -> tuple[torch.Tensor, ...]:
    mean, variance = MEAN.clone(), VARIANCE.clone()
    result = functional.instance_norm(x, mean, variance, *affine, momentum=0.2)
    return result, mean.detach(), variance.detach()


CASES = [
    Case("layer-norm", lambda x, w, b: functional.layer_norm(x, (4,), w, b), [X, WEIGHT, BIAS]),
    Case("layer-norm-without-affine", lambda x: functional.layer_norm(x, (4,), eps=1e-3), [X]),
    Case("layer-norm-over-2", lambda x, w: functional.layer_norm(x, (3, 4), w), [X, normal(3, 4, seed=3)]),
    Case(
        "layer-norms-in-a-row",
        lambda x, w: functional.layer_norm(functional.layer_norm(x, (3, 4), w), (4,)),
        [X, normal(3, 4, seed=3)],
    ),
    Case("group-norm", lambda x, w, b: functional.group_norm(x, 2, w, b), [IMAGE, WEIGHT, BIAS]),
    Case("group-norm-without-affine", lambda x: functional.group_norm(x, 4), [IMAGE]),
    Case("rms-norm", lambda x, w: functional.rms_norm(x, (4,), w, 1e-6), [X, WEIGHT]),
    Case("rms-norm-without-weight", lambda x: functional.rms_norm(x, (3, 4)), [X]),
    Case(
        "batch-norm",
        lambda x, w, b: functional.batch_norm(x, MEAN.clone(), VARIANCE.clone(), w, b),
        [IMAGE, WEIGHT, BIAS],
    ),
    Case(
        "batch-norm-of-rows",
        lambda x, w: functional.batch_norm(x, MEAN.clone(), VARIANCE.clone(), w),
        [normal(5, 4), WEIGHT],
    ),
    Case(
        "batch-norm-legit",
        lambda x, w, b: torch.ops.aten._native_batch_norm_legit_no_training(
            x, w, b, MEAN.clone(), VARIANCE.clone(), 0.1, 1e-5
        )[0],
        [IMAGE, WEIGHT, BIAS],
    ),
    Case("batch-norm-in-training", _trained, [IMAGE, WEIGHT, BIAS]),
    Case("batch-norm-in-training-of-rows", lambda x: _trained(x)[0], [normal(5, 4)]),
    Case(
        "batch-norm-without-statistics",
        lambda x, w: torch.ops.aten._native_batch_norm_legit.no_stats(x, w, None, True, 0.1, 1e-5)[0],
        [IMAGE, WEIGHT],
    ),
    Case("instance-norm", lambda x, w, b: functional.instance_norm(x, weight=w, bias=b), [IMAGE, WEIGHT, BIAS]),
    Case("instance-norm-in-training", _instance_trained, [IMAGE, WEIGHT, BIAS]),
    Case("instance-norm-without-affine", lambda x: functional.instance_norm(x[..., 0]), [IMAGE]),
    Case(
        "instance-norm-by-running-statistics",
        lambda x, w: functional.instance_norm(x, MEAN.clone(), VARIANCE.clone(), w, use_input_stats=False),
        [IMAGE, WEIGHT],
    ),
]
