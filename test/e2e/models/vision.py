"""Image models; those with batch normalisation train on the batch's statistics."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from transformers import (
    ConvNextConfig,
    ConvNextForImageClassification,
    ResNetConfig,
    ResNetForImageClassification,
    ViTConfig,
    ViTForImageClassification,
)

from data.efficientnet import EfficientNetLite, Stage

from .case import Batch, Case

CLASSES = 5


def resnet(layer_type: str) -> nn.Module:
    """ResNet-18's basic blocks or ResNet-50's bottlenecks, behind the stem of both: one block whose shortcut is the
    identity, one that halves the image.
    """
    config = ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type=layer_type, num_labels=CLASSES
    )
    return ResNetForImageClassification(config)


class InvertedResidual(nn.Module):
    """MobileNetV2's block (Sandler et al., arXiv:1801.04381): expand, filter each channel, project linearly."""

    def __init__(self, inputs: int, outputs: int, *, kernel: int = 3, stride: int = 1, expansion: int = 3) -> None:
        super().__init__()
        width = inputs * expansion
        self.expand = nn.Sequential(nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU6())
        self.depthwise = nn.Sequential(
            nn.Conv2d(width, width, kernel, stride, kernel // 2, groups=width, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU6(),
        )
        self.project = nn.Sequential(nn.Conv2d(width, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.residual else y


class MobileNet(nn.Module):
    """A stem of stride 2, inverted residuals, a head."""

    def __init__(self, *blocks: nn.Module, channels: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU6())
        self.blocks = nn.ModuleList(blocks)
        self.classifier = nn.Linear(channels, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.classifier(F.adaptive_avg_pool2d(x, 1).flatten(1))


def mobilenet_v2() -> nn.Module:
    return MobileNet(InvertedResidual(8, 8), InvertedResidual(8, 12, stride=2), channels=12)


def mcunet() -> nn.Module:
    """As found for microcontrollers (Lin et al., arXiv:2007.10319): kernels of all sizes and strides on odd images."""
    return MobileNet(
        InvertedResidual(8, 8, kernel=7, expansion=2),
        InvertedResidual(8, 12, kernel=5, stride=2, expansion=2),
        InvertedResidual(12, 16, kernel=3, stride=2, expansion=2),
        channels=16,
    )


def efficientnet_lite() -> nn.Module:
    return EfficientNetLite(CLASSES, stages=(Stage(1, 3, 1, 1, 32), Stage(1, 5, 2, 2, 12)), head_channels=24)


def vit() -> nn.Module:
    config = ViTConfig(
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=16,
        patch_size=4,
        num_labels=CLASSES,
        initializer_range=0.2,
        attn_implementation="sdpa",
    )
    return ViTForImageClassification(config)


def convnext() -> nn.Module:
    config = ConvNextConfig(
        num_stages=2, hidden_sizes=[8, 16], depths=[1, 1], patch_size=2, layer_scale_init_value=0.5, num_labels=CLASSES
    )
    return ConvNextForImageClassification(config)


class UNet(nn.Module):
    """Down twice, up by interpolation and by transposed convolutions, skips by concatenation; logits of each pixel."""

    def __init__(self) -> None:
        super().__init__()
        self.top, self.middle, self.bottom = (nn.Conv2d(i, o, 3, padding=1) for i, o in ((3, 6), (6, 8), (8, 12)))
        self.up = nn.ConvTranspose2d(12, 8, 2, stride=2)
        self.join_middle = nn.Conv2d(16, 8, 3, padding=1)
        self.join_top = nn.Conv2d(14, 6, 3, padding=1)
        self.head = nn.Conv2d(6, 3, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        top = F.silu(self.top(x))
        middle = F.silu(self.middle(F.max_pool2d(top, 2)))
        bottom = F.silu(self.bottom(F.avg_pool2d(middle, 2)))
        middle = F.silu(self.join_middle(torch.cat((middle, self.up(bottom)), 1)))
        above = F.interpolate(middle, scale_factor=2, mode="bilinear")
        y = F.silu(self.join_top(torch.cat((top, above), 1)))
        pixels = self.head(y)
        # The coarse scores of every 2 by 2 pixels count, too.
        return pixels + F.interpolate(F.avg_pool2d(pixels, 2), scale_factor=2, mode="nearest")


def images(count: int, size: int) -> Batch:
    return (torch.randn(count, 3, size, size),), (torch.randint(0, CLASSES, (count,)),)


def segmented(count: int, size: int) -> Batch:
    return (torch.randn(count, 3, size, size),), (torch.randint(0, 3, (count, size, size)),)


# A linear bottleneck ends in a bias that the next block's batch normalisation takes away: its gradient is rounding
# alone, which Adam would turn into full steps. Those nets train by SGD.
VISION = (
    Case("resnet-18-like", lambda: resnet("basic"), lambda: images(8, 32), train_mode=True, optimizer="adamw"),
    Case("resnet-50-like", lambda: resnet("bottleneck"), lambda: images(8, 32), train_mode=True, sparse="bias"),
    Case("mobilenet-v2", mobilenet_v2, lambda: images(8, 16), train_mode=True),
    Case("efficientnet-lite0", efficientnet_lite, lambda: images(8, 15), train_mode=True),
    Case("mcunet", mcunet, lambda: images(8, 27), train_mode=True, sparse="bias"),
    Case("vit", vit, lambda: images(4, 16), optimizer="adamw"),
    Case("convnext", convnext, lambda: images(4, 16), optimizer="adamw"),
    Case("unet", UNet, lambda: segmented(2, 12), sparse="bias"),
)
