"""The stages of a run, each in a process of its own: peaks of memory are those of one stage, and what must not see
PyTorch does not.
"""

from __future__ import annotations

import importlib
import json
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console

from .example import Data, DemoError, Example


class Stage(NamedTuple):
    """What the user reads, the module and function that do it, and the variant that the function gets."""

    title: str
    module: str
    function: str
    variant: str | None = None


def stages(example: Example) -> dict[str, Stage]:
    """In the order in which they run."""
    variants = {name: variant.title for name, variant in example.variants().items()}
    return {
        "prepare": Stage("Reading the data", "stages", "prepare"),
        **{
            f"compile-{name}": Stage(f"Compiling the training step: {title}", "torch_stages", "compile_step", name)
            for name, title in variants.items()
        },
        "torch": Stage("PyTorch eager", "torch_stages", "train_torch"),
        **{name: Stage(title, "training", "train_bundle", name) for name, title in variants.items()},
        **{name: Stage(title, "torch_stages", "run_extra") for name, title in example.extra.items()},
        "compare": Stage("PyTorch and pock side by side", "torch_stages", "compare"),
    }


def prepare(example: Example, console: Console) -> dict[str, Any]:
    """Stage: the data as arrays, which every other stage reads from one file."""
    data = example.prepare()
    _data_file(example).write_bytes(pickle.dumps(data))
    tested = min(len(data.test), example.test_limit or len(data.test))
    console.print(f"  {len(data.train)} examples to train on, {len(data.test)} to test")
    counts = {"train": len(data.train), "test": len(data.test), "tested": tested, "steps": example.steps_on(data.train)}
    return counts | data.facts


def load_data(example: Example) -> Data:
    """What `prepare` wrote."""
    return pickle.loads(_data_file(example).read_bytes())


def _data_file(example: Example) -> Path:
    return example.folder / "dataset.pickle"


def run_here(example: Example, name: str, console: Console) -> dict[str, Any]:
    """Runs a stage in this process, and leaves its result in the output folder, too."""
    stage = stages(example)[name]
    # Imported only now, so that a stage that must not see PyTorch does not.
    function = getattr(importlib.import_module(f".{stage.module}", __package__), stage.function)
    result = function(example, console, *([stage.variant] if stage.variant else []))
    example.result_file(name).parent.mkdir(parents=True, exist_ok=True)
    example.result_file(name).write_text(json.dumps(result, indent=1) + "\n")
    return result


def run_apart(example: Example, kind: str, name: str, console: Console) -> tuple[dict[str, Any], float]:
    """Runs a stage of the example called `kind` in a process of its own; what it returned, and the seconds it took."""
    console.print(f"[bold]{stages(example)[name].title}[/bold]")
    example.result_file(name).unlink(missing_ok=True)
    start = time.perf_counter()
    # PyTorch's profiler otherwise prints its start and its end.
    environment = {"KINETO_LOG_LEVEL": "99"} | os.environ
    command = [sys.executable, str(Path(__file__).parent), kind, "--stage", name, "--config", example.to_json()]
    done = subprocess.run(command, env=environment)
    if done.returncode != 0 or not example.result_file(name).exists():
        raise DemoError(f"the stage '{name}' failed with status {done.returncode}; its output is above")
    return json.loads(example.result_file(name).read_text()), time.perf_counter() - start
