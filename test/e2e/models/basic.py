"""Plain models of a few layers, among them those that other tests of the training step use."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from transformers import BertConfig, BertModel

from .case import Batch, Case


def mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 32), nn.GELU(), nn.Linear(32, 5))


class LeNet(nn.Module):
    """Strides, padding, groups, a depthwise layer, both kinds of pooling, overlapping windows."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 5, padding=2),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, stride=2, padding=1, groups=4),
            nn.Tanh(),
            nn.AvgPool2d(2),
            nn.Conv2d(16, 16, 3, padding=1, groups=16),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        )
        self.head = nn.Sequential(nn.Linear(16 * 2 * 2, 32), nn.ReLU(), nn.Linear(32, 10))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.features(x).flatten(1))


class ResidualBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride=stride) if stride > 1 else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.conv2(F.relu(self.norm1(self.conv1(x))))
        return F.relu(y + self.shortcut(x))


class ResidualCnn(nn.Module):
    """Fan-out at every shortcut, batch normalisation by running statistics."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.blocks = nn.ModuleList([ResidualBlock(8, 8, 1), ResidualBlock(8, 16, 2), ResidualBlock(16, 16, 1)])
        self.head = nn.Linear(16, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.stem(x))
        for block in self.blocks:
            x = block(x)
        return self.head(F.adaptive_avg_pool2d(x, 1).flatten(1))


class EncoderClassifier(nn.Module):
    """MiniLM's architecture (the demo trains the real one): BERT encoder, mean over the unmasked tokens, a head."""

    def __init__(self) -> None:
        super().__init__()
        config = BertConfig(
            vocab_size=120,
            hidden_size=32,
            num_hidden_layers=3,
            num_attention_heads=4,
            intermediate_size=64,
            max_position_embeddings=24,
        )
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.head = nn.Linear(32, 8)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return self.head((hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9))


class TiedLanguageModel(nn.Module):
    """A causal language model whose output layer is its embedding."""

    def __init__(self, vocabulary: int = 50, width: int = 32, length: int = 12) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.position = nn.Parameter(torch.randn(length, width) * 0.1)
        layer = {"dim_feedforward": 64, "dropout": 0.0, "batch_first": True, "norm_first": True, "activation": "gelu"}
        self.layers = nn.ModuleList([nn.TransformerEncoderLayer(width, 4, **layer) for _ in range(2)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.head.weight = self.embedding.weight
        future = torch.triu(torch.ones(length, length, dtype=torch.bool), 1)
        self.register_buffer("future", future, persistent=False)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.embedding(ids) * 0.3 + self.position
        for layer in self.layers:
            x = layer(x, src_mask=self.future)
        return self.head(self.norm(x)).transpose(1, 2)


def _encoder_batch() -> Batch:
    mask = torch.ones(4, 16, dtype=torch.int64)
    mask[1, 9:] = 0
    return {"input_ids": torch.randint(0, 120, (4, 16)), "attention_mask": mask}, (torch.randint(0, 8, (4,)),)


def _image_batch() -> Batch:
    return (torch.randn(4, 3, 24, 24),), (torch.randint(0, 10, (4,)),)


BASIC = (
    Case("mlp", mlp, lambda: ((torch.randn(8, 16),), (torch.randint(0, 5, (8,)),))),
    Case("lenet", LeNet, _image_batch, optimizer="adamw"),
    Case("residual-cnn", ResidualCnn, _image_batch, sparse="bias"),
    Case("encoder-classifier", EncoderClassifier, _encoder_batch, optimizer="adamw"),
    Case(
        "tied-language-model",
        TiedLanguageModel,
        lambda: ((torch.randint(0, 50, (4, 12)),), (torch.randint(0, 50, (4, 12)),)),
    ),
)
