"""The command line of the demo."""

from __future__ import annotations

import argparse
import dataclasses
import time

from common.errors import DemoError
from common.packages import fetch
from rich.console import Console

from . import dataset
from .config import Config
from .data import PACKAGES
from .results import CompareResult, CompileResult, ProbeResult, Results, VariantResult, read
from .stages import STAGES, run_apart, run_here


def main(arguments: list[str] | None = None) -> int:
    """Run the demo; the exit status is 0 if all checks hold."""
    options = _parser().parse_args(arguments)
    console = Console(highlight=False)
    try:
        if options.stage:
            run_here(options.stage, Config.from_json(options.config), console)
            return 0
        return demo(_config(options), console)
    except DemoError as error:
        console.print(f"[red]error:[/red] {error}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("stopped")
        return 130


def demo(config: Config, console: Console) -> int:
    """All stages, then the report."""
    start = time.perf_counter()
    console.print("[bold]Model and data[/bold]")
    fetch(PACKAGES, config.cache, lambda line: console.print("  " + line, soft_wrap=True))
    prepared = dataset.build(config.cache, config.length)
    prepared.save(config.dataset_file)
    train, test, classes = len(prepared.train), len(prepared.test), len(prepared.classes)
    console.print(f"  {train} training and {test} test documents, {classes} classes")
    seconds = {name: run_apart(name, config, console) for name in STAGES}
    seconds["all"] = time.perf_counter() - start
    return report(config, prepared, seconds, console)


def report(config: Config, prepared: dataset.Dataset, seconds: dict[str, float], console: Console) -> int:
    """Gather what the stages measured, show it and save it."""
    # Imported only now: the stages' processes come through this module and have no use for the rest.
    from common.environment import describe

    from .report import save, show

    results = Results(
        **{name: read(VariantResult, config.result_file(name)) for name in ("torch", "full", "sparse")},
        probe=read(ProbeResult, config.result_file("probe")),
        compare=read(CompareResult, config.result_file("compare")),
        compiled={name: read(CompileResult, config.result_file(f"compile-{name}")) for name in ("full", "sparse")},
        config=_shown(config, prepared),
        environment=describe(config.threads),
        seconds=seconds,
    )
    outcome = show(results, console)
    for path in save(results, config.folder):
        console.print(f"wrote {path}", soft_wrap=True)
    return 0 if all(check.passed for check in outcome) else 1


def _shown(config: Config, prepared: dataset.Dataset) -> dict[str, object]:
    values = {key: value for key, value in dataclasses.asdict(config).items() if key not in ("output", "test_limit")}
    tested = min(len(prepared.test), config.test_limit or len(prepared.test))
    return values | {"classes": len(prepared.classes), "test_documents": tested, "optimizer": "AdamW"}


def _parser() -> argparse.ArgumentParser:
    defaults = Config()
    description = "Fine-tune all-MiniLM-L6-v2 on Reuters R8 with PyTorch and with pock_mlir, and compare the two."
    parser = argparse.ArgumentParser(prog="run.py", description=description)

    def add(name: str, default: int | str, text: str) -> None:
        parser.add_argument(name, type=type(default), default=default, help=f"{text} (default: {default})")

    add("--steps", defaults.steps, "training steps")
    add("--batch", defaults.batch, "documents per step")
    add("--scheme", defaults.scheme, "update scheme of the sparse variant")
    add("--threads", defaults.threads, "threads for every variant")
    add("--seed", defaults.seed, "for the head and the order of the documents")
    add("--output", defaults.output, "output folder")
    parser.add_argument("--test-limit", type=int, help="evaluate only so many test documents (default: all)")
    # For the subprocesses of the demo itself.
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    parser.add_argument("--config", help=argparse.SUPPRESS)
    return parser


def _config(options: argparse.Namespace) -> Config:
    names = {item.name for item in dataclasses.fields(Config)}
    values = {name: value for name, value in vars(options).items() if name in names}
    for name in ("steps", "batch", "threads"):
        if values[name] < 1:
            raise DemoError(f"--{name} must be at least 1, not {values[name]}")
    if values["test_limit"] is not None and values["test_limit"] < 1:
        raise DemoError("--test-limit must be at least 1")
    return Config(**values)
