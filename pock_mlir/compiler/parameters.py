"""The values of the parameters of a model and its loss, read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch

from pock_mlir.bundle import Manifest
from pock_mlir.contract import owner_of
from pock_mlir.errors import CompileError
from pock_mlir.frontends.owners import described


class StoredParameters(Mapping[str, np.ndarray]):
    """Every parameter and buffer of a manifest by symbol, in the layout that the module stores.

    Tracing and passes need types only, so nothing here touches a value before it is asked for: a model on the meta
    device compiles, and writing a bundle holds one tensor in its stored layout at a time.
    """

    def __init__(self, manifest: Manifest, tensors: Mapping[str, torch.Tensor]) -> None:
        self._specs = {spec.symbol: spec for spec in manifest.parameters}
        self._tensors = tensors

    def __getitem__(self, symbol: str) -> np.ndarray:
        tensor = self._tensors[symbol].detach()
        if tensor.is_meta:
            raise CompileError(
                f"parameter {described(symbol)} has no value: it is on the meta device; "
                f"give the {owner_of(symbol)} its weights before it is compiled, for example by "
                f"{owner_of(symbol)}.to_empty(device='cpu')"
            )
        if tensor.dtype == torch.bfloat16:
            tensor = tensor.float()
        # A view where the dtype stays: what writes it puts its elements in order.
        return self._specs[symbol].stored_view(tensor.cpu().numpy())

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)
