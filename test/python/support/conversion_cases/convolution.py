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

_resized = functional.interpolate


def _by_aten(image: torch.Tensor, signal: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The forms of the ops that other frontends give."""
    aten = torch.ops.aten
    return (
        aten.upsample_nearest2d(image, [8, 12]),
        aten.upsample_nearest1d(signal, [18]),
        aten.upsample_linear1d(signal, [12], False),
        functional.adaptive_max_pool1d(signal, 3),
    )


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
    Case(
        "conv2d-same-even",
        lambda x, w: functional.conv2d(x, w, padding="same", dilation=(1, 3)),
        [IMAGE, WEIGHT[..., :2, :2]],
    ),
    Case("conv2d-of-one-image", lambda x, w, b: functional.conv2d(x[0], w, b), [IMAGE, WEIGHT, BIAS]),
    Case("conv1d-of-one-signal", lambda x, w: functional.conv1d(x[0], w), [SIGNAL, WEIGHT_1D]),
    Case(
        "conv1d-grouped",
        lambda x, w: functional.conv1d(x, w, padding=1, dilation=2, groups=2),
        [SIGNAL, normal(6, 2, 3)],
    ),
    Case(
        "conv-transpose1d-grouped",
        lambda x, w, b: functional.conv_transpose1d(x, w, b, stride=2, padding=1, output_padding=1, groups=2),
        [SIGNAL, TRANSPOSED_1D, BIAS],
    ),
    Case(
        "conv-transpose2d-grouped",
        lambda x, w: functional.conv_transpose2d(x, w, stride=2, padding=1, output_padding=1, groups=2, dilation=2),
        [IMAGE, TRANSPOSED],
    ),
    Case(
        "conv-transpose2d-with-room",
        lambda x, w: functional.conv_transpose2d(x, w, padding=1, output_padding=(1, 2), dilation=(2, 3)),
        [IMAGE, TRANSPOSED],
    ),
    Case("max-pool1d", lambda x: (functional.max_pool1d(x, 2), functional.max_pool1d(x[0], 3, 2, 1, 2)), [SIGNAL]),
    Case("avg-pool1d", lambda x: (functional.avg_pool1d(x, 3, 2, 1), functional.avg_pool1d(x[0], 2)), [SIGNAL]),
    Case("adaptive-average-1d", lambda x: tuple(functional.adaptive_avg_pool1d(x, n) for n in (1, 3, 4)), [SIGNAL]),
    Case("adaptive-average-uneven", lambda x: functional.adaptive_avg_pool2d(x, (4, 4)), [IMAGE]),
    Case("adaptive-maximum", lambda x: functional.adaptive_max_pool2d(x, (7, 2)), [IMAGE]),
    Case("upsample-nearest", lambda x: (_resized(x, scale_factor=2), _resized(x, size=(9, 4))), [IMAGE]),
    Case(
        "upsample-nearest-exact",
        lambda x: (_resized(x, scale_factor=2, mode="nearest-exact"), _resized(x, size=(9, 4), mode="nearest-exact")),
        [IMAGE],
    ),
    Case("upsample-signal", lambda x: (_resized(x, size=20), _resized(x, scale_factor=3, mode="linear")), [SIGNAL]),
    Case("upsample-signal-exact", lambda x: _resized(x, size=20, mode="nearest-exact"), [SIGNAL]),
    Case(
        "upsample-volume",
        lambda x: (_resized(x, size=(2, 3, 4)), _resized(x, size=(3, 4, 4), mode="trilinear")),
        [normal(1, 2, 1, 3, 2)],
    ),
    Case(
        "upsample-bilinear",
        lambda x: tuple(
            _resized(x, mode="bilinear", align_corners=corners, **size)
            for corners in (False, True)
            for size in ({"size": (9, 13)}, {"size": (3, 1)}, {"scale_factor": 1.7}, {"scale_factor": 2})
        ),
        [IMAGE],
        tolerance=4e-6,
    ),
    Case(
        "upsample-bicubic",
        lambda x: tuple(_resized(x, size=(9, 13), mode="bicubic", align_corners=corners) for corners in (False, True)),
        [IMAGE],
        tolerance=4e-6,
    ),
    Case("resized-by-aten", lambda x, s: _by_aten(x, s), [IMAGE, SIGNAL]),
]
