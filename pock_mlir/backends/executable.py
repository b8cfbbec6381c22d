"""What a backend is to the runtime: a module on a device, started, called and stopped."""

from __future__ import annotations

import mmap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from pock_mlir.bundle import Manifest, TensorFile


class Executable(Protocol):
    """The module of a bundle on a device of its own.

    `start` gives it parameters and state, `call` runs a function, `stop` lets all of its memory go. `peak_bytes` is the
    most memory that was held during a measured call; `mapped_bytes` the size of the parameters that are used where they
    lie in host memory; `held_bytes` what the device holds now, besides.
    """

    @property
    def driver(self) -> str: ...
    @property
    def threads(self) -> int: ...
    @property
    def peak_bytes(self) -> int: ...
    @property
    def mapped_bytes(self) -> int: ...
    @property
    def held_bytes(self) -> int: ...
    @property
    def counts_queue_allocations(self) -> bool: ...

    def has(self, name: str) -> bool: ...
    def start(self, file: TensorFile, values: Mapping[str, np.ndarray], states: Mapping[str, np.ndarray]) -> None: ...
    def call(self, name: str, arguments: Sequence[np.ndarray] = ()) -> list[np.ndarray]: ...
    def call_measured(self, name: str, arguments: Sequence[np.ndarray] = ()) -> list[np.ndarray]: ...
    def trim(self) -> None: ...
    def stop(self) -> None: ...


class Loader(Protocol):
    """The running half of a backend, the object `LOADER` of its package `runtime`."""

    def load(self, path: Path, manifest: Manifest, device: str | None, threads: int | None) -> Executable:
        """The module of the bundle at `path`. Raises TargetError, InputError and BundleError."""
        ...


def aligned_copy(array: np.ndarray) -> np.ndarray:
    """A copy that starts at a page, so that a module can use it where it is."""
    memory = np.frombuffer(mmap.mmap(-1, max(array.nbytes, 1)), dtype=np.uint8)[: array.nbytes]
    copy = memory.view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy
