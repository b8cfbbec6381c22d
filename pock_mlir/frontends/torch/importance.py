"""What the elements of parameters count for on the user's data: their gradients on a calibration set."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch

from pock_mlir.frontends.torch.export import Example, gradients
from pock_mlir.frontends.torch.importer import ParameterTable
from pock_mlir.frontends.torch.requires_grad import asking_for_gradients


class Importance:
    """By symbol, the sum over the batches of the squares of a parameter's gradients, in the parameter's shape.

    The model runs in the mode it is in, once per batch when the first one is asked for; it is not changed. Raises
    CompileError for a model without values.
    """

    def __init__(self, model: torch.nn.Module, loss: Any, table: ParameterTable, batches: Sequence[Example]) -> None:
        self._model, self._loss, self._table, self._batches = model, loss, table, batches

    def __getitem__(self, symbol: str) -> np.ndarray:
        return self._sums[symbol]

    @cached_property
    def _sums(self) -> dict[str, np.ndarray]:
        floats = {symbol: t for symbol, t in self._table.tensors.items() if t.is_floating_point()}
        parameters = {symbol: t for symbol, t in floats.items() if isinstance(t, torch.nn.Parameter)}
        sums = {symbol: np.zeros(tuple(t.shape), np.float32) for symbol, t in parameters.items()}
        with asking_for_gradients(parameters.values()):
            for batch in self._batches:
                for symbol, gradient in gradients(self._model, batch, self._loss, sums).items():
                    if gradient is not None:
                        sums[symbol] += np.square(gradient.astype(np.float32))
        return sums
