"""Models of published sizes with random weights, for what is measured on whole steps: time and memory do not depend on
values. Each gives a module that returns scores of classes [rows, classes], its inputs and its targets [rows].
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

CLASSES = 10
TOKENS = 128
Built = tuple[nn.Module, tuple[torch.Tensor, ...], torch.Tensor]


class Scores(nn.Module):
    """A model of transformers as one that returns its scores alone, a row for each thing classified."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model(x).logits.flatten(0, -2)


class InvertedResidual(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        width = inputs * expansion
        layers = [] if expansion == 1 else _convolution(inputs, width, 1)
        layers += _convolution(width, width, 3, stride, groups=width)
        layers += [nn.Conv2d(width, outputs, 1, bias=False), nn.BatchNorm2d(outputs)]
        self.layers = nn.Sequential(*layers)
        self.is_residual = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layers(x) if self.is_residual else self.layers(x)


def _convolution(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    return [convolution, nn.BatchNorm2d(outputs), nn.ReLU6()]


def mobilenet_v2(size: int = 224, batch: int = 8, width: float = 1.0) -> Built:
    """MobileNetV2 (Sandler et al., arXiv:1801.04381, table 2)."""

    def scaled(channels: int) -> int:
        # Multiples of 8, of which none takes away more than a tenth, as in the authors' code.
        rounded = max(8, int(channels * width + 4) // 8 * 8)
        return rounded + 8 * (rounded < 0.9 * channels * width)

    stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    channels, blocks = scaled(32), []
    for expansion, outputs, count, stride in stages:
        for index in range(count):
            blocks.append(InvertedResidual(channels, scaled(outputs), 1 if index else stride, expansion))
            channels = scaled(outputs)
    last = max(1280, scaled(1280))
    model = nn.Sequential(
        nn.Sequential(*_convolution(3, scaled(32), 3, 2)),
        nn.Sequential(*blocks),
        nn.Sequential(*_convolution(channels, last, 1)),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(last, CLASSES),
    )
    return model, *_images(size, batch)


def resnet_50(size: int = 224, batch: int = 8) -> Built:
    from transformers import ResNetConfig, ResNetForImageClassification

    return Scores(ResNetForImageClassification(ResNetConfig(num_labels=CLASSES))), *_images(size, batch)


class Bottleneck(nn.Module):
    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        outputs = 4 * width
        middle = [*_relu(inputs, width, 1, 1), *_relu(width, width, 3, stride), *_relu(width, outputs, 1, 1)[:2]]
        self.layers = nn.Sequential(*middle)
        self.shortcut = nn.Sequential(*_relu(inputs, outputs, 1, stride)[:2]) if inputs != outputs else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.layers(x) + self.shortcut(x))


def _relu(inputs: int, outputs: int, kernel: int, stride: int) -> list[nn.Module]:
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return [convolution, nn.BatchNorm2d(outputs), nn.ReLU()]


def resnet_50_shortcut_last(size: int = 224, batch: int = 8) -> Built:
    """ResNet-50 with the shortcut's convolution behind those of its block, as torchvision has it."""
    inputs, blocks = 64, []
    for stage, count in enumerate((3, 4, 6, 3)):
        for index in range(count):
            blocks.append(Bottleneck(inputs, 64 << stage, 2 if stage and not index else 1))
            inputs = 256 << stage
    stem = nn.Sequential(*_relu(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1))
    head = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, CLASSES))
    return nn.Sequential(stem, nn.Sequential(*blocks), *head), *_images(size, batch)


def minilm(batch: int = 8) -> Built:
    return _bert(batch, hidden_size=384, intermediate_size=1536, num_hidden_layers=6)


def bert_base(batch: int = 8) -> Built:
    return _bert(batch)


def _bert(batch: int, **sizes: Any) -> Built:
    from transformers import BertConfig, BertForSequenceClassification

    model = BertForSequenceClassification(BertConfig(num_labels=CLASSES, **sizes))
    return Scores(model), (torch.randint(0, 30000, (batch, TOKENS)),), torch.randint(0, CLASSES, (batch,))


def distilbert(batch: int = 8) -> Built:
    from transformers import DistilBertConfig, DistilBertForSequenceClassification

    model = DistilBertForSequenceClassification(DistilBertConfig(num_labels=CLASSES))
    return Scores(model), (torch.randint(0, 30000, (batch, TOKENS)),), torch.randint(0, CLASSES, (batch,))


def smollm2(batch: int = 1) -> Built:
    """SmolLM2-135M: 30 layers of LLaMA's kind, tied embeddings."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=49152,
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
        tie_word_embeddings=True,
        use_cache=False,
    )
    tokens = torch.randint(0, 49152, (batch, TOKENS))
    return Scores(LlamaForCausalLM(config)), (tokens,), tokens.flatten().roll(-1)


def _images(size: int, batch: int) -> tuple[tuple[torch.Tensor, ...], torch.Tensor]:
    return (torch.randn(batch, 3, size, size),), torch.randint(0, CLASSES, (batch,))


PUBLISHED: dict[str, Callable[[], Built]] = {
    "mobilenet-v2": mobilenet_v2,
    "mobilenet-v2-128": lambda: mobilenet_v2(128),
    "mobilenet-v2-0.35": lambda: mobilenet_v2(128, 1, 0.35),
    "resnet-50": resnet_50,
    "resnet-50-shortcut-last": resnet_50_shortcut_last,
    "minilm": minilm,
    "distilbert": distilbert,
    "bert-base": bert_base,
    "smollm2": smollm2,
}
