"""The values of the parameters of a model and its loss, read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from pock_mlir.bundle import Manifest


class StoredParameters(Mapping[str, np.ndarray]):
    """Every parameter and buffer of a manifest by symbol, in the layout that the module stores; `values` has them in
    that of the model.

    Tracing and passes need types only, so nothing here touches a value before it is asked for: a model on the meta
    device compiles, and writing a bundle holds one tensor in its stored layout at a time.
    """

    def __init__(self, manifest: Manifest, values: Mapping[str, np.ndarray]) -> None:
        self._specs = {spec.symbol: spec for spec in manifest.parameters}
        self._values = values

    def __getitem__(self, symbol: str) -> np.ndarray:
        # A view where the dtype stays: what writes it puts its elements in order.
        return self._specs[symbol].stored_view(self._values[symbol])

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)
