"""The command line: an example's settings, its stages one after the other, the report."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time

from rich.console import Console

from data.packages import DataError, fetch

from .efficientnet import EfficientNet
from .example import DemoError, Example
from .minilm import MiniLM
from .smollm import SmolLM2
from .stages import run_apart, run_here, stages

EXAMPLES: dict[str, type[Example]] = {"minilm_r8": MiniLM, "smollm2": SmolLM2, "efficientnet_mnist": EfficientNet}


def main(arguments: list[str] | None = None) -> int:
    """Runs an example; the exit status is 0 if all checks hold."""
    options = vars(_parser().parse_args(arguments))
    kind, stage, config = (options.pop(name) for name in ("example", "stage", "config"))
    console = Console(highlight=False)
    try:
        if stage:
            example = EXAMPLES[kind].from_json(config)
            run_here(example, stage, console)
            if stages(example)[stage].module == "training" and "torch" in sys.modules:
                raise DemoError("running a bundle imported torch; the runtime must not need it")
            return 0
        return _run(kind, _settings(EXAMPLES[kind], options), console)
    except (DemoError, DataError) as error:
        console.print(f"[red]error:[/red] {error}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("stopped")
        return 130


def _run(kind: str, example: Example, console: Console) -> int:
    start = time.perf_counter()
    console.print("[bold]Model and data[/bold]")
    fetch(*example.packages, cache=example.cache, say=lambda line: console.print("  " + line, soft_wrap=True))
    example.folder.mkdir(parents=True, exist_ok=True)
    runs, seconds = {}, {}
    for name in stages(example):
        runs[name], seconds[name] = run_apart(example, kind, name, console)
    seconds["all"] = time.perf_counter() - start
    # Imported only now: the stages' processes come through this module and have no use for the report.
    from .measure import environment
    from .report import report
    from .results import Results

    return report(Results(example, runs, seconds, environment(example.threads)), console)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="demo", description="Train an example with PyTorch and pock_mlir, compare.")
    kinds = parser.add_subparsers(dest="example", required=True)
    for kind, example in EXAMPLES.items():
        options = kinds.add_parser(kind, help=example.description, description=example.description)
        for item in _options(example):
            kind_of = int if item.default is None else type(item.default)
            text = f"{item.metadata['help']} (default: {item.default})"
            options.add_argument(f"--{_flag(item.name)}", type=kind_of, default=item.default, help=text)
        # For the subprocesses of the run itself.
        options.add_argument("--stage", choices=stages(example.from_json("{}")), help=argparse.SUPPRESS)
        options.add_argument("--config", help=argparse.SUPPRESS)
    return parser


def _options(example: type[Example]) -> list[dataclasses.Field]:
    return [item for item in dataclasses.fields(example) if "help" in item.metadata]


def _flag(name: str) -> str:
    return name.replace("_", "-")


def _settings(example: type[Example], values: dict) -> Example:
    for item in _options(example):
        value, least = values[item.name], item.metadata["least"]
        if least is not None and value is not None and value < least:
            raise DemoError(f"--{_flag(item.name)} must be at least {least}, not {value}")
    return example(**values)
