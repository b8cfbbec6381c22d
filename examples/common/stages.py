"""Stages of an example, each in a process of its own: peaks of memory are those of one stage, and what must not see
PyTorch does not.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console

from .errors import DemoError


class StageConfig(Protocol):
    """What a stage needs of an example's configuration."""

    @property
    def folder(self) -> Path: ...

    def to_json(self) -> str: ...


def run_here(package: str, stage: str, config: StageConfig) -> None:
    """Calls `run(config)` of the module `stage_<stage>` of an example and keeps what it returns.

    Where the module says `WITHOUT_TORCH = True`, nothing may have imported PyTorch.
    """
    module = importlib.import_module(f"{package}.stage_{stage}")
    path = _result_file(config, stage)
    path.parent.mkdir(parents=True, exist_ok=True)
    result = module.run(config)
    if getattr(module, "WITHOUT_TORCH", False) and "torch" in sys.modules:
        raise DemoError("running a bundle imported torch; the runtime must not need it")
    path.write_text(json.dumps(result))


def run_apart(package: str, stage: str, title: str, config: StageConfig, console: Console) -> dict[str, Any]:
    """Runs a stage in a process of its own; what it returned, which has to be JSON."""
    console.print(f"[bold]{title}[/bold]")
    path = _result_file(config, stage)
    path.unlink(missing_ok=True)
    script = Path(__file__).resolve().parent.parent / package / "run.py"
    start = time.perf_counter()
    # PyTorch's profiler otherwise prints its start and its end.
    environment = {"KINETO_LOG_LEVEL": "99"} | os.environ
    command = [sys.executable, str(script), "--stage", stage, "--config", config.to_json()]
    done = subprocess.run(command, env=environment)
    if done.returncode != 0 or not path.exists():
        raise DemoError(f"the stage '{stage}' failed with status {done.returncode}; its output is above")
    console.print(f"  {time.perf_counter() - start:.0f} s")
    return json.loads(path.read_text())


def _result_file(config: StageConfig, stage: str) -> Path:
    return config.folder / "runs" / f"{stage}.json"
