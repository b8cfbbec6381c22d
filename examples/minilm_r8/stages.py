"""The stages, each in a process of its own: allocator statistics and peaks are those of one variant only."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from common.errors import DemoError
from rich.console import Console

from .config import Config
from .results import write


@dataclass(frozen=True)
class Stage:
    """A stage: what the user reads, the module whose `run` does it, and the variant that it gets."""

    title: str
    module: str
    variant: str


STAGES = {
    "compile-full": Stage("Compiling the training step, full update", "stage_compile", "full"),
    "compile-sparse": Stage("Compiling the training step, sparse update", "stage_compile", "sparse"),
    "torch": Stage("PyTorch eager", "stage_torch", "torch"),
    "full": Stage("pock, full update", "stage_pock", "full"),
    "sparse": Stage("pock, sparse update", "stage_pock", "sparse"),
    "probe": Stage("Frozen encoder with a linear probe", "stage_probe", "torch"),
    "compare": Stage("PyTorch and pock side by side", "stage_compare", "torch"),
}


def run_here(name: str, config: Config, console: Console) -> None:
    """Run a stage in this process and leave its result in the output folder."""
    stage = STAGES[name]
    # Imported only now, so that a stage that must not see PyTorch does not.
    module = importlib.import_module(f".{stage.module}", __package__)
    write(module.run(stage.variant, config, console), config.result_file(name))


def run_apart(name: str, config: Config, console: Console) -> float:
    """Run a stage in a process of its own; the seconds that it took."""
    console.print(f"[bold]{STAGES[name].title}[/bold]")
    config.result_file(name).unlink(missing_ok=True)
    script = Path(__file__).with_name("run.py")
    start = time.perf_counter()
    # PyTorch's profiler otherwise prints its start and its end.
    environment = {"KINETO_LOG_LEVEL": "99"} | os.environ
    command = [sys.executable, str(script), "--stage", name, "--config", config.to_json()]
    done = subprocess.run(command, env=environment)
    if done.returncode != 0 or not config.result_file(name).exists():
        raise DemoError(f"the stage '{name}' failed with status {done.returncode}; its output is above")
    return time.perf_counter() - start
