"""Pooling: overlapping windows, rounding of sizes, padding counted or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from support.gradients import Case
from torch.nn import functional

from pock_mlir.dialects.conv2d import Window
from pock_mlir.dialects.pool2d import avg_pool2d, max_pool2d

from .arrays import few_values, normal

Pair = tuple[int, int]


@dataclass(frozen=True)
class Use:
    """Windows over images of 2 channels."""

    name: str
    image: Pair
    kernel: Pair
    strides: Pair
    padding: Pair = (0, 0)
    dilations: Pair = (1, 1)
    ceil_mode: bool = False

    @property
    def window(self) -> Window:
        return Window(self.strides, self.padding, self.dilations)


USES = (
    Use("side-by-side", (4, 6), (2, 2), (2, 2)),
    Use("with-a-rest", (5, 7), (2, 2), (2, 2)),
    Use("with-a-rest-ceil", (5, 7), (2, 2), (2, 2), ceil_mode=True),
    Use("overlapping", (6, 7), (3, 3), (1, 1)),
    Use("overlapping-padded", (5, 6), (3, 3), (1, 1), padding=(1, 1)),
    Use("overlapping-by-2", (7, 8), (3, 3), (2, 2), padding=(1, 1)),
    Use("overlapping-by-2-ceil", (8, 8), (3, 3), (2, 2), padding=(1, 1), ceil_mode=True),
    Use("unequal", (6, 9), (2, 4), (1, 3), padding=(0, 2)),
    Use("unequal-ceil", (7, 10), (2, 4), (2, 3), padding=(1, 2), ceil_mode=True),
    Use("apart", (8, 8), (2, 2), (3, 3)),
    Use("apart-ceil", (9, 9), (2, 2), (4, 4), ceil_mode=True),
    Use("whole-image", (3, 4), (3, 4), (1, 1)),
    Use("one-element", (3, 3), (1, 1), (1, 1)),
)
DILATED = (
    Use("dilated", (8, 9), (3, 2), (1, 1), dilations=(2, 3)),
    Use("dilated-by-2-ceil", (9, 8), (2, 2), (2, 2), padding=(1, 1), dilations=(2, 2), ceil_mode=True),
)
IN_DOUBLES = ("with-a-rest", "overlapping-by-2", "overlapping-by-2-ceil", "dilated")


def _maximum(use: Use, image: np.ndarray, name: str) -> Case:
    options = (use.kernel, use.strides, use.padding, use.dilations, use.ceil_mode)
    return Case(
        "pock.max_pool2d",
        name,
        [image],
        lambda x: max_pool2d(x, use.kernel, use.window, ceil_mode=use.ceil_mode),
        lambda x: functional.max_pool2d(x.permute(0, 3, 1, 2), *options).permute(0, 2, 3, 1),
        doubles=use.name in IN_DOUBLES,
    )


def _average(use: Use, count_include_pad: bool) -> Case:
    options = (use.kernel, use.strides, use.padding, use.ceil_mode, count_include_pad)

    def reference(x: torch.Tensor) -> torch.Tensor:
        return functional.avg_pool2d(x.permute(0, 3, 1, 2), *options).permute(0, 2, 3, 1)

    return Case(
        "pock.avg_pool2d",
        f"{use.name}-{'with' if count_include_pad else 'without'}-padding",
        [normal(2, *use.image, 2)],
        lambda x: avg_pool2d(x, use.kernel, use.window, ceil_mode=use.ceil_mode, count_include_pad=count_include_pad),
        reference,
        doubles=use.name in IN_DOUBLES,
    )


CASES = [
    *(_maximum(use, normal(2, *use.image, 2), use.name) for use in (*USES, *DILATED)),
    *(_maximum(use, few_values(2, *use.image, 2), f"ties-{use.name}") for use in USES if "overlapping" in use.name),
    *(_average(use, True) for use in USES),
    *(_average(use, False) for use in USES if use.ceil_mode or use.padding != (0, 0)),
]
