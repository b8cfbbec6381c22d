"""What a frontend is to the compiler: a user's model, loss and examples in, programs and what is known of them out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from torch_mlir import ir

from pock_mlir.frontends.reference import StepResult
from pock_mlir.methods import Method
from pock_mlir.schemes import Scheme, Update

Measure = Callable[[str], AbstractContextManager[None]]
"""Times a part of a compilation under a name."""


@dataclass(frozen=True)
class Call:
    """What a program is called with: its function, and the names of its arrays in their order."""

    function: str
    inputs: tuple[str, ...]
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signatures:
    """How programs are called: the training steps and the predictions, one of each for each combination of shapes, and
    in what `style` their inputs come and predictions leave, as a manifest says it. `outputs` are the names of the
    arrays of a prediction.
    """

    train_steps: tuple[Call, ...]
    predictions: tuple[Call, ...]
    input_style: str
    output_style: str
    outputs: tuple[str, ...]


class Source(Protocol):
    """A model and its loss, traced on examples. Parameters and buffers go by their symbols (`contract.symbol_of`)."""

    @property
    def module(self) -> ir.Module:
        """A function for each program of the signatures, in the dialect of the frontend, and a `pock.parameter` for
        each parameter and buffer. Whoever changes it works on a copy.
        """
        ...

    @property
    def signatures(self) -> Signatures: ...

    @property
    def loss_name(self) -> str | None:
        """What the loss is called in a manifest; None: the model returns its own."""
        ...

    @property
    def traced_for(self) -> frozenset[str]:
        """The parameters that were traced as trained: a scheme may train these."""
        ...

    @property
    def trainable(self) -> tuple[str, ...]:
        """What model and loss themselves leave to train."""
        ...

    def resolve(self, scheme: str | Path | Scheme) -> tuple[Scheme, Mapping[str, Update]]:
        """The scheme as data that says the same of any model of this structure, and what it changes of the parameters
        that it trains, in the order of the model: all, or a slice of channels.

        Raises SchemeError, also where it trains what the model was not traced for.
        """
        ...

    def method(self, scheme: str | Path | Scheme) -> Method | None:
        """The training method that a scheme names, if any, for this model. Raises SchemeError."""
        ...

    @property
    def values(self) -> Mapping[str, np.ndarray]:
        """The parameters and buffers, each with the value that it has when it is asked for, in the user's shape; a
        CompileError where it has none. Keeps no more of the source alive than these.
        """
        ...

    def example(self) -> tuple[Mapping[str, np.ndarray], tuple[np.ndarray, ...]]:
        """The inputs, by name, and the targets of the first training step's example."""
        ...

    def verify(self, trained: Sequence[str], seed: int) -> str:
        """Compares the traced programs with the model as its framework runs it, from a random seed; says what was done.

        Raises CompileError where they differ.
        """
        ...

    def reference_step(self, trained: Sequence[str]) -> StepResult | str:
        """The first training step as the framework runs it on its example, or why it cannot be run here."""
        ...


class Frontend(Protocol):
    """Takes in the models of a framework."""

    def trace(
        self,
        model: Any,
        inputs: Any,
        targets: Any,
        loss: Any,
        predict_inputs: Any,
        scheme: str | Path | Scheme,
        measure: Measure,
        calibration: Any = None,
    ) -> Source:
        """Traces a model to be trained by a scheme, or by one that trains less; the arguments are those of `compile`.

        Raises CompileError (UnsupportedOps, where ops are in the way) and SchemeError.
        """
        ...
