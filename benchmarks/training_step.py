"""Time and memory of whole training steps, against PyTorch eager in the same process.

    .venv/bin/python benchmarks/training_step.py [--threads 1] [--rounds 15] [--only NAME] [--scheme full]

Both sides train the same model on the same batch. Steps are run in turn, ours and PyTorch's; the ratio is the median of
the pairs' ratios, below 1 where ours is faster. Peak memory is the device allocator's. Without --only the small models;
those of published_models.py are had by their names.
"""

from __future__ import annotations

import argparse
import copy
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from published_models import PUBLISHED
from rich.console import Console
from rich.table import Table
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock


def mlp() -> tuple[nn.Module, tuple, torch.Tensor]:
    layers: list[nn.Module] = []
    for _ in range(4):
        layers += [nn.Linear(1024, 1024), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(1024, 10)), (torch.randn(64, 1024),), torch.randint(0, 10, (64,))


class Residual(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride=stride) if inputs != outputs else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.conv2(F.relu(self.conv1(x))) + self.shortcut(x))


def resnet() -> tuple[nn.Module, tuple, torch.Tensor]:
    model = nn.Sequential(
        nn.Conv2d(3, 64, 3, padding=1),
        nn.ReLU(),
        Residual(64, 64, 1),
        Residual(64, 128, 2),
        Residual(128, 256, 2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(256, 10),
    )
    return model, (torch.randn(8, 3, 32, 32),), torch.randint(0, 10, (8,))


def depthwise() -> tuple[nn.Module, tuple, torch.Tensor]:
    layers: list[nn.Module] = [nn.Conv2d(3, 32, 3, stride=2, padding=1), nn.ReLU6()]
    channels = 32
    for outputs, stride in ((64, 1), (128, 2), (128, 1), (256, 2)):
        layers += [nn.Conv2d(channels, channels, 3, stride=stride, padding=1, groups=channels), nn.ReLU6()]
        layers += [nn.Conv2d(channels, outputs, 1), nn.ReLU6()]
        channels = outputs
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))
    return model, (torch.randn(8, 3, 64, 64),), torch.randint(0, 10, (8,))


def transformer() -> tuple[nn.Module, tuple, torch.Tensor]:
    layer = {"dim_feedforward": 1536, "dropout": 0.0, "batch_first": True, "activation": "gelu"}
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(384, 6, **layer), 4, enable_nested_tensor=False)
    model = nn.Sequential(encoder, Mean(), nn.Linear(384, 10))
    return model, (torch.randn(8, 128, 384),), torch.randint(0, 10, (8,))


class Mean(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(1)


SMALL = {"mlp": mlp, "resnet": resnet, "depthwise": depthwise, "transformer": transformer}
MODELS = SMALL | PUBLISHED


def measure(name: str, scheme: str, threads: int, rounds: int) -> dict[str, float]:
    """Medians of both sides in seconds, the median of the ratios, compile time, and memory in bytes."""
    torch.manual_seed(0)
    model, inputs, target = MODELS[name]()
    model.eval()
    reference = copy.deepcopy(model)
    start = time.perf_counter()
    step = pock.compile(model, inputs, target, optimizer=pock.SGD(lr=0.01, momentum=0.9), scheme=scheme)
    compile_time = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        session = pock.load(step.save(Path(folder) / "model.pock"), threads=threads)
        arrays = [x.numpy() for x in (*inputs, target)]
        pairs = interleave(
            lambda: session.train_step(*arrays), _torch_step(reference, inputs, target, step.trained), rounds
        )
        peak = session.measured_peak_bytes
    ours, theirs = zip(*pairs, strict=True)
    return {
        "ours": statistics.median(ours),
        "torch": statistics.median(theirs),
        "ratio": statistics.median(a / b for a, b in pairs),
        "compile": compile_time,
        "peak": peak,
        "planned": step.memory.planned_peak_bytes,
        "parameters": step.memory.parameter_bytes,
    }


def _torch_step(
    model: nn.Module, inputs: tuple, target: torch.Tensor, trained: tuple[str, ...]
) -> Callable[[], object]:
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name in trained)
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.01, momentum=0.9)

    def step() -> float:
        loss = F.cross_entropy(model(*inputs), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def interleave(ours: Callable, theirs: Callable, rounds: int) -> list[tuple[float, float]]:
    for _ in range(2):
        ours(), theirs()
    return [(_timed(ours), _timed(theirs)) for _ in range(rounds)]


def compare(bundles: Sequence[Path], arrays: Sequence[Any], threads: int, rounds: int) -> tuple[float, list[float]]:
    """The time of the first of two bundles over that of the second, and the measured peaks of both in bytes.

    What is loaded first gets the worse memory, by up to a tenth of the time: each comes first once.
    """
    ratios, peaks = [], []
    for order in ((0, 1), (1, 0)):
        sessions = {index: pock.load(bundles[index], threads=threads) for index in order}
        calls = [lambda s=sessions[index]: s.train_step(*arrays) for index in (0, 1)]
        ratios.append(statistics.median(one / other for one, other in interleave(*calls, rounds)))
        peaks = [float(sessions[index].measured_peak_bytes) for index in (0, 1)]
        del sessions, calls
    return statistics.geometric_mean(ratios), peaks


def _timed(call: Callable) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def arguments(description: str | None) -> argparse.ArgumentParser:
    """The options that all of these comparisons have."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", choices=MODELS, action="append")
    return parser


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--scheme", action="append", help="default: full and last-blocks:1")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    title = f"training step, SGD with momentum, threads: {options.threads}"
    table = Table(
        "model", "scheme", "ours ms", "torch ms", "ours / torch", "peak MB", "planned MB", "compile s", title=title
    )
    for name in options.only or SMALL:
        for scheme in options.scheme or ("full", "last-blocks:1"):
            row = measure(name, scheme, options.threads, options.rounds)
            figures = [row["ours"] * 1e3, row["torch"] * 1e3, row["ratio"], row["peak"] / 1e6, row["planned"] / 1e6]
            table.add_row(name, scheme, *(f"{figure:.2f}" for figure in figures), f"{row['compile']:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
