"""The values of tensors, read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from pock_mlir.contract import owner_of
from pock_mlir.errors import CompileError
from pock_mlir.frontends.owners import described
from pock_mlir.frontends.torch.arguments import as_array


class TensorValues(Mapping[str, np.ndarray]):
    """Parameters and buffers by symbol. Raises CompileError for one on the meta device."""

    def __init__(self, tensors: Mapping[str, torch.Tensor]) -> None:
        self._tensors = tensors

    def __getitem__(self, symbol: str) -> np.ndarray:
        tensor = self._tensors[symbol]
        if tensor.is_meta:
            raise CompileError(
                f"parameter {described(symbol)} has no value: it is on the meta device; "
                f"give the {owner_of(symbol)} its weights before it is compiled, for example by "
                f"{owner_of(symbol)}.to_empty(device='cpu')"
            )
        return as_array(tensor)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)
