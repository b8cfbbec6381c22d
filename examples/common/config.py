"""What the configurations of the examples share."""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

REPOSITORY = Path(__file__).resolve().parents[2]


def available_cores() -> int:
    """Cores that this process may use (a container may grant fewer than the machine has)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, kw_only=True)
class ExampleConfig:
    """Where an example works, and on how many threads."""

    threads: int = field(default_factory=available_cores)
    cache_folder: str = str(REPOSITORY / "demo" / "cache")
    output: str

    @property
    def folder(self) -> Path:
        """Where everything is written."""
        return Path(self.output)

    @property
    def cache(self) -> Path:
        """Where downloads stay for the next run, by default the same place for all examples."""
        return Path(self.cache_folder)

    def to_json(self) -> str:
        """The configuration as a JSON object, for a subprocess."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The configuration that `to_json` wrote."""
        return cls(**json.loads(text))
