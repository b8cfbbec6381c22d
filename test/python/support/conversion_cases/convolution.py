"""Convolutions and pooling in the framework's layout."""

from __future__ import annotations

import torch
from support.conversions import Case, normal
from torch.nn import functional

IMAGE = normal(2, 4, 7, 6)
SIGNAL = normal(2, 4, 9)
WEIGHT, BIAS = normal(6, 4, 3, 3, seed=1), normal(6, seed=2)
GROUPED = normal(6, 2, 3, 3, seed=3)
DEPTHWISE = normal(4, 1, 3, 3, seed=4)
TRANSPOSED = normal(4, 3, 3, 3, seed=5)
WEIGHT_1D = normal(6, 4, 3, seed=6)
TRANSPOSED_1D = normal(4, 3, 2, seed=7)

CASES = [
    Case("conv2d", lambda x, w, b: functional.conv2d(x, w, b, padding=1), [IMAGE, WEIGHT, BIAS]),
    Case("conv2d-grouped", lambda x, w: functional.conv2d(x, w, padding=(0, 1), groups=2), [IMAGE, GROUPED]),
    Case("conv2d-depthwise", lambda x, w: functional.conv2d(x, w, padding=1, dilation=2, groups=4), [IMAGE, DEPTHWISE]),
    Case("conv2d-same", lambda x, w, b: functional.conv2d(x, w, b, padding="same", dilation=2), [IMAGE, WEIGHT, BIAS]),
    Case(
        "convolution",
        lambda x, w: torch.convolution(x, w, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1),
        [IMAGE, WEIGHT[:, :, :1, :1]],
    ),
    Case(
        "conv-transpose2d-by-2",
        lambda x, w: functional.conv_transpose2d(x, w, stride=2, padding=1, output_padding=1),
        [IMAGE, TRANSPOSED],
    ),
    Case("conv1d", lambda x, w, b: functional.conv1d(x, w, b, stride=2, padding=1), [SIGNAL, WEIGHT_1D, BIAS]),
    Case("conv1d-same", lambda x, w: functional.conv1d(x, w, padding="same"), [SIGNAL, WEIGHT_1D]),
    Case("conv-transpose1d", lambda x, w: functional.conv_transpose1d(x, w, stride=2), [SIGNAL, TRANSPOSED_1D]),
    Case("max-pool2d", lambda x: (functional.max_pool2d(x, 2), functional.max_pool2d(x, 3, 2, 1)), [IMAGE]),
    Case("max-pool2d-ceil", lambda x: functional.max_pool2d(x, 2, ceil_mode=True), [IMAGE]),
    Case("max-pool2d-of-one-image", lambda x: functional.max_pool2d(x[0], (3, 2)), [IMAGE]),
    Case("avg-pool2d", lambda x: (functional.avg_pool2d(x, 2), functional.avg_pool2d(x, 3, 2, 1)), [IMAGE]),
    Case("global-average", lambda x: functional.adaptive_avg_pool2d(x, 1), [IMAGE]),
    Case("adaptive-average", lambda x: functional.adaptive_avg_pool2d(x, (7, 3)), [IMAGE]),
]
