"""Convolution in all its forms, and its input gradient as an op of a forward pass (transposed convolution)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from support.gradients import Case
from torch.nn import functional

from pock_mlir.dialects.conv2d import Window, conv2d, conv2d_input_grad

from .arrays import normal

Pair = tuple[int, int]


@dataclass(frozen=True)
class Use:
    """A convolution of an image [batch, *image, channels] to `filters` channels."""

    name: str
    image: Pair
    kernel: Pair
    channels: int = 3
    filters: int = 4
    strides: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilations: Pair = (1, 1)
    groups: int = 1
    batch: int = 2

    @property
    def window(self) -> Window:
        return Window(self.strides, self.padding, self.dilations)

    @property
    def image_shape(self) -> tuple[int, ...]:
        return (self.batch, *self.image, self.channels)

    @property
    def weight_shape(self) -> tuple[int, ...]:
        return (*self.kernel, self.channels // self.groups, self.filters)

    @property
    def output_shape(self) -> tuple[int, ...]:
        positions = [self.window.output_size(dim, self.image[dim], self.kernel[dim]) for dim in (0, 1)]
        return (self.batch, *positions, self.filters)

    @property
    def options(self) -> dict[str, Pair | int]:
        return {"stride": self.strides, "padding": self.padding, "dilation": self.dilations, "groups": self.groups}


USES = (
    Use("3x3-padded", (5, 6), (3, 3), padding=(1, 1)),
    Use("3x3-by-2", (8, 8), (3, 3), strides=(2, 2), padding=(1, 1)),
    Use("3x3-by-2-odd", (7, 9), (3, 3), strides=(2, 2), padding=(1, 1)),
    Use("3x2-by-1x2", (6, 7), (3, 2), strides=(1, 2), padding=(1, 0)),
    Use("dilated", (9, 9), (3, 3), padding=(2, 2), dilations=(2, 2)),
    Use("dilated-by-2", (11, 10), (3, 3), strides=(2, 2), padding=(1, 2), dilations=(2, 3)),
    Use("1x1", (4, 5), (1, 1)),
    Use("1x3", (4, 7), (1, 3), padding=(0, 1)),
    Use("patches", (6, 9), (2, 3), strides=(2, 3)),
    Use("patches-that-leave-a-rest", (7, 8), (3, 3), strides=(3, 3)),
    Use("apart", (7, 7), (2, 2), strides=(3, 3)),
    Use("kernel-of-the-image's-size", (4, 4), (4, 4)),
    Use("one-row", (1, 8), (1, 3), padding=(0, 1), channels=2),
    Use("one-channel", (6, 6), (3, 3), channels=1, padding=(1, 1)),
    Use("2-groups", (6, 6), (3, 3), channels=4, filters=6, groups=2, padding=(1, 1)),
    Use("3-groups-by-2", (7, 7), (3, 3), channels=6, filters=3, groups=3, strides=(2, 2), padding=(1, 1)),
    Use("depthwise", (6, 7), (3, 3), channels=4, filters=4, groups=4, padding=(1, 1)),
    Use("depthwise-by-2", (8, 8), (3, 3), channels=4, filters=4, groups=4, strides=(2, 2), padding=(1, 1)),
    Use("depthwise-twofold", (5, 6), (3, 3), channels=3, filters=6, groups=3, padding=(1, 1)),
)
# One of each form; compiling all of them again takes long.
IN_DOUBLES = ("3x3-by-2", "dilated", "patches", "2-groups", "depthwise-by-2")
TRANSPOSED = (
    "3x3-padded",
    "3x3-by-2",
    "3x2-by-1x2",
    "dilated-by-2",
    "patches",
    "2-groups",
    "depthwise-by-2",
)


def _convolution(use: Use) -> Case:
    def reference(image: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        kernel = weight.permute(3, 2, 0, 1).contiguous()
        return functional.conv2d(image.permute(0, 3, 1, 2), kernel, **use.options).permute(0, 2, 3, 1)

    return Case(
        "pock.conv2d",
        use.name,
        [normal(*use.image_shape, seed=1), normal(*use.weight_shape, seed=2)],
        lambda image, weight: conv2d(image, weight, use.window, use.groups),
        reference,
        doubles=use.name in IN_DOUBLES,
    )


def _transposed(use: Use) -> Case:
    """The same convolution, transposed: from images of its output's shape to images of its input's shape."""
    positions = use.output_shape[1:3]
    least = [
        (positions[d] - 1) * use.strides[d] - 2 * use.padding[d] + use.dilations[d] * (use.kernel[d] - 1) + 1
        for d in (0, 1)
    ]
    rest = tuple(size - covered for size, covered in zip(use.image, least, strict=True))

    def reference(cotangent: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        kernel = weight.permute(3, 2, 0, 1).contiguous()
        result = functional.conv_transpose2d(cotangent.permute(0, 3, 1, 2), kernel, output_padding=rest, **use.options)
        return result.permute(0, 2, 3, 1)

    return Case(
        "pock.conv2d_input_grad",
        use.name,
        [normal(*use.output_shape, seed=1), normal(*use.weight_shape, seed=2)],
        lambda cotangent, weight: conv2d_input_grad(cotangent, weight, use.image_shape, use.window, use.groups),
        reference,
        doubles=use.name in IN_DOUBLES,
    )


CASES = [
    *(_convolution(use) for use in USES),
    *(_transposed(use) for use in USES if use.name in TRANSPOSED),
]
