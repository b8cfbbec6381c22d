"""What an example is to the comparison: its model, data, ways to train and checks, and the settings of a run."""

from __future__ import annotations

import dataclasses
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from data.packages import CACHE, Package
from data.split import Batch, Inputs, Split, accuracy

if TYPE_CHECKING:
    import torch

    from .results import Check, Results

Predict = Callable[[Inputs], Any]
#: Goes through batches under a title, with a progress bar.
Show = Callable[[str, Sequence[Batch]], Iterable[Batch]]


class DemoError(Exception):
    """Something that the user can act on: one message, no traceback."""


def option(default: Any, text: str, least: int | None = None) -> Any:
    """A setting that the command line takes; `least` is the smallest number that is allowed."""
    return field(default=default, metadata={"help": text, "least": least})


def available_cores() -> int:
    """Cores that this process may use (a container may grant fewer than the machine has)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Variant(NamedTuple):
    """A way to train that is compiled: its name in the report, its bundle's, the scheme and the peak learning rate."""

    title: str
    file: str
    scheme: str
    learning_rate: float


class Data(NamedTuple):
    """What all sides train on and are tested on; `facts` is what else they have to know, as JSON has it."""

    train: Split
    test: Split
    facts: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Example(ABC):
    """The fields are the settings of a run, every number that the sides must share; the rest describes the example."""

    title: ClassVar[str]
    description: ClassVar[str]
    command: ClassVar[str]
    packages: ClassVar[Sequence[Package]]
    #: What `build_model` imports.
    model_module: ClassVar[str]
    #: The distributions that PyTorch's side needs.
    framework: ClassVar[Sequence[str]] = ("torch", "transformers", "numpy")
    #: The first row of the table: its title, the key among a run's results, the form of the number.
    score: ClassVar[tuple[str, str, str]] = ("test accuracy", "accuracy", "{:.2%}")
    #: Whether our score before training is of interest, too.
    scored_before: ClassVar[bool] = False
    #: Stages that `run_extra` adds: names and titles.
    extra: ClassVar[Mapping[str, str]] = {}

    batch: int
    weight_decay: float = 0.01
    timing_rounds: int
    test_limit: int | None = None
    seed: int = option(0, "for the head and the order of the data")
    threads: int = option(available_cores(), "threads for every side", least=1)
    output: str
    cache_folder: str = str(CACHE)

    @abstractmethod
    def variants(self) -> dict[str, Variant]:
        """What is compiled; the first trains all parameters and is compared with PyTorch."""

    @property
    def full(self) -> Variant:
        """The variant that trains all parameters, as PyTorch's side does."""
        return next(iter(self.variants().values()))

    @abstractmethod
    def prepare(self) -> Data:
        """Reads the downloads."""

    @abstractmethod
    def build_model(self, facts: Mapping[str, Any]) -> torch.nn.Module:
        """The pretrained model, in the mode in which it is trained."""

    @abstractmethod
    def steps_on(self, train: Split) -> int:
        """The number of training steps."""

    @abstractmethod
    def checks(self, results: Results) -> list[Check]:
        """What must hold for the run to count as a success."""

    def loss(self) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
        """The loss of the model's outputs and the targets."""
        from torch.nn.functional import cross_entropy

        return cross_entropy

    def learning_rate_at(self, step: int, steps: int, peak: float) -> float:
        """The rate of step number `step` (from 0)."""
        return peak

    def evaluate(self, predict: Predict, data: Data, show: Show) -> dict[str, Any]:
        """The score of one side, and what else is to be seen of it."""
        return {
            "accuracy": accuracy(predict, show("evaluating", list(data.test.in_order(self.batch, self.test_limit))))
        }

    def run_extra(self, data: Data, show: Show) -> dict[str, Any]:
        """A stage that the example adds."""
        raise NotImplementedError

    def remarks(self, results: Results) -> list[str]:
        """Lines to show above the table."""
        return []

    @property
    def folder(self) -> Path:
        """Where everything is written."""
        return Path(self.output)

    @property
    def cache(self) -> Path:
        """Where downloads stay for the next run, by default the same place for all examples."""
        return Path(self.cache_folder)

    def result_file(self, stage: str) -> Path:
        """Where a stage leaves its measurements."""
        return self.folder / "runs" / f"{stage}.json"

    def bundle(self, variant: str) -> Path:
        """The compiled bundle of a variant."""
        return self.folder / f"{self.variants()[variant].file}.pock"

    def checkpoint(self, variant: str) -> Path:
        """The checkpoint that a variant saves after training."""
        return self.folder / f"{self.variants()[variant].file}.safetensors"

    def to_json(self) -> str:
        """The settings as a JSON object, for a subprocess."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The settings that `to_json` wrote."""
        return cls(**json.loads(text))
