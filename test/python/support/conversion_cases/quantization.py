"""Fake quantization, whose gradient is straight through where nothing is clamped."""

from __future__ import annotations

import torch
from support.conversions import Case, normal

# Beyond the range on both sides, and halves, which are rounded to even.
X = torch.cat([3 * normal(12), torch.tensor([0.25, 0.75, -0.25, -1.25, 2.0, -2.0, 2.25, 9.0])]).reshape(4, 5)
SCALES, ZEROS = torch.tensor([0.5, 0.25, 1.0, 0.125]), torch.tensor([0, 3, -5, 1], dtype=torch.int32)

CASES = [
    Case("per-tensor", lambda x: torch.fake_quantize_per_tensor_affine(x, 0.5, 1, -4, 5), [X]),
    Case(
        "per-tensor-by-tensors",
        lambda x: torch.fake_quantize_per_tensor_affine(x, torch.tensor(0.5), torch.tensor(0), -128, 127),
        [X],
    ),
    Case(
        "switched-off",
        lambda x, on: torch.ops.aten._fake_quantize_per_tensor_affine_cachemask_tensor_qparams(
            x, torch.tensor([0.5]), torch.tensor([0]), on, -2, 3
        )[0],
        [X, torch.tensor([0])],
    ),
    Case(
        "per-channel",
        lambda x, zeros: torch.fake_quantize_per_channel_affine(x, SCALES.clone(), zeros, 0, -8, 7),
        [X, ZEROS],
    ),
    Case(
        "per-channel-of-images",
        lambda x, zeros: torch.fake_quantize_per_channel_affine(x[None], SCALES.clone(), zeros, 1, -6, 15),
        [X, ZEROS],
    ),
    Case(
        "to-the-last-bit",
        lambda x: torch.fake_quantize_per_tensor_affine(x, 0.1, 3, -128, 127),
        [torch.cat([5 * normal(200), torch.tensor([1e-6, -3e-3, 0.34, 12.7])])],
        tolerance=0.0,
    ),
    Case("mask", lambda x: torch.ops.aten.fake_quantize_per_tensor_affine_cachemask(x, 0.5, 1, -4, 5)[1], [X]),
]
