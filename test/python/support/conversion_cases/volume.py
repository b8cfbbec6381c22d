"""Convolution and pooling of volumes."""

from __future__ import annotations

from support.conversions import Case, normal
from torch.nn import functional

X = normal(2, 4, 5, 6, 7)
WEIGHT, BIAS = normal(6, 2, 2, 3, 1, seed=1), normal(6, seed=2)
CUBE = normal(3, 4, 2, 2, 2, seed=3)
TRANSPOSED = normal(4, 3, 2, 3, 2, seed=4)

CASES = [
    Case("conv3d", lambda x, w: functional.conv3d(x, w, padding=1), [X, CUBE], tolerance=4e-6),
    Case(
        "conv3d-window",
        lambda x, w, b: functional.conv3d(x, w, b, (2, 1, 3), (1, 0, 2), (2, 1, 1), 2),
        [X, WEIGHT, BIAS],
        tolerance=4e-6,
    ),
    Case("conv3d-same", lambda x, w: functional.conv3d(x, w, padding="same"), [X, CUBE], tolerance=4e-6),
    Case("conv3d-of-one", lambda x, w: functional.conv3d(x, w), [X[0], CUBE], tolerance=4e-6),
    *(
        Case(f"pad3d-{mode}", lambda x, mode=mode: functional.pad(x, (1, 1, 2, 1, 1, 2), mode), [X])
        for mode in ("reflect", "replicate", "circular")
    ),
    Case(
        "conv-transpose3d",
        lambda x, w, b: functional.conv_transpose3d(x, w, b, (2, 1, 3), (1, 0, 1), (1, 0, 2), 2),
        [X, TRANSPOSED, BIAS],
        tolerance=4e-6,
    ),
    Case(
        "conv-transpose3d-with-room",
        lambda x, w: functional.conv_transpose3d(x, w, None, 1, 2, 1, 1, 2),
        [X, TRANSPOSED],
        tolerance=4e-6,
    ),
    Case("max-pool3d", lambda x: functional.max_pool3d(x, (2, 3, 2), (1, 2, 3), (1, 1, 0)), [X]),
    Case("max-pool3d-ceil", lambda x: functional.max_pool3d(x, 3, 2, ceil_mode=True, dilation=(1, 2, 1)), [X]),
    Case("max-pool3d-of-equals", lambda x: functional.max_pool3d(x.relu(), 3, 1), [X]),
    Case("max-pool3d-of-one", lambda x: functional.max_pool3d(x, 2), [X[0]]),
    Case("avg-pool3d", lambda x: functional.avg_pool3d(x, 3, 2, 1, ceil_mode=True), [X]),
    Case("avg-pool3d-inside", lambda x: functional.avg_pool3d(x, 3, 2, 1, True, count_include_pad=False), [X]),
    Case("avg-pool3d-divisor", lambda x: functional.avg_pool3d(x, 3, 2, 1, False, False, 5), [X]),
    Case("adaptive-avg-pool3d", lambda x: functional.adaptive_avg_pool3d(x, (2, 3, 4)), [X]),
    Case("adaptive-max-pool3d", lambda x: functional.adaptive_max_pool3d(x, (2, 3, 4)), [X]),
    Case("adaptive-max-pool3d-of-equals", lambda x: functional.adaptive_max_pool3d(x.relu(), (2, 1, 3)), [X]),
]
