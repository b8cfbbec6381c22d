"""Recurrent nets, sound, bags of words, several tasks at once, and a model with its own loss."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from .case import Batch, Case

CLASSES = 4


class Lstm(nn.Module):
    """Two layers over a sequence of fixed length; the last output counts."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(6, 8, num_layers=2, batch_first=True)
        self.head = nn.Linear(8, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.lstm(x)[0][:, -1])


class Gru(nn.Module):
    """One layer in both directions, and a cell that reads what they wrote, step by step."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.GRU(6, 4, bidirectional=True, batch_first=True)
        self.cell = nn.GRUCell(8, 8)
        self.head = nn.Linear(8, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        read = self.gru(x)[0]
        state = torch.zeros(x.shape[0], 8)
        for step in range(x.shape[1]):
            state = self.cell(read[:, step], state)
        return self.head(state)


class AudioNet(nn.Module):
    """Strided, dilated and grouped convolutions over a waveform, with batch normalisation and both poolings."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv1d(1, 8, 9, stride=3, padding=4, bias=False),
            nn.BatchNorm1d(8),
            nn.ReLU(),
            nn.MaxPool1d(2),
            nn.Conv1d(8, 12, 5, padding=4, dilation=2, bias=False),
            nn.BatchNorm1d(12),
            nn.SiLU(),
            nn.AvgPool1d(2),
            nn.Conv1d(12, 12, 3, padding=1, groups=12),
            nn.SiLU(),
        )
        self.head = nn.Linear(12, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(F.adaptive_avg_pool1d(self.features(x), 1).flatten(1))


class BagClassifier(nn.Module):
    """The mean of the words (padding counts for nothing) beside a weighted sum of the same words' other vectors."""

    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.EmbeddingBag(30, 8, mode="mean", padding_idx=0)
        self.sum = nn.EmbeddingBag(30, 8, mode="sum")
        self.layers = nn.Sequential(nn.Linear(16, 12), nn.ReLU(), nn.Linear(12, CLASSES))

    def forward(self, ids: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        return self.layers(torch.cat((self.mean(ids), self.sum(ids, per_sample_weights=weights)), 1))


class MultiTask(nn.Module):
    """A trunk under a classifier, a regression, and several yes-or-no answers."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(10, 16), nn.LayerNorm(16), nn.GELU(), nn.Linear(16, 16), nn.Tanh())
        self.kind, self.size, self.marks = nn.Linear(16, CLASSES), nn.Linear(16, 1), nn.Linear(16, 3)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        shared = self.trunk(x)
        return self.kind(shared), self.size(shared).squeeze(1), self.marks(shared)


def all_tasks(outputs: tuple, kind: torch.Tensor, size: torch.Tensor, marks: torch.Tensor) -> torch.Tensor:
    kinds, sizes, logits = outputs
    return (
        F.cross_entropy(kinds, kind, label_smoothing=0.1)
        + 0.5 * F.smooth_l1_loss(sizes, size)
        + 0.3 * F.binary_cross_entropy_with_logits(logits, marks)
    )


class Contrastive(nn.Module):
    """Two views of each example shall look alike, and unlike all others; the model returns that loss itself."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 8))
        self.temperature = nn.Parameter(torch.tensor(0.5))

    def forward(self, one: torch.Tensor, other: torch.Tensor) -> dict[str, torch.Tensor]:
        a, b = (F.normalize(self.encoder(view), dim=1) for view in (one, other))
        likeness = a @ b.mT / self.temperature
        pairs = torch.arange(one.shape[0])
        loss = (F.cross_entropy(likeness, pairs) + F.cross_entropy(likeness.mT, pairs)) / 2
        return {"loss": loss, "embeddings": a}


def sequences() -> Batch:
    return (torch.randn(4, 5, 6),), (torch.randint(0, CLASSES, (4,)),)


def waves() -> Batch:
    return (torch.randn(6, 1, 96),), (torch.randint(0, CLASSES, (6,)),)


def bags() -> Batch:
    ids = torch.randint(1, 30, (6, 7))
    ids[:, 5:] *= torch.randint(0, 2, (6, 2))
    return (ids, torch.rand(6, 7)), (torch.randint(0, CLASSES, (6,)),)


def tasks() -> Batch:
    return (torch.randn(6, 10),), (torch.randint(0, CLASSES, (6,)), torch.randn(6), torch.rand(6, 3).round())


def views() -> Batch:
    one = torch.randn(6, 10)
    return {"one": one, "other": one + 0.3 * torch.randn(6, 10)}, ()


OTHER = (
    Case("lstm", Lstm, sequences, sparse="bias"),
    Case("gru", Gru, sequences, optimizer="adamw"),
    Case("audio-conv1d", AudioNet, waves, train_mode=True),
    Case("embedding-bag", BagClassifier, bags, optimizer="adamw"),
    Case("multi-task", MultiTask, tasks, loss=all_tasks),
    Case("own-loss", Contrastive, views, loss=None, optimizer="adamw", sparse="bias"),
)
