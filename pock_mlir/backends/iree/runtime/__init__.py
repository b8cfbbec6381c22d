"""The half that needs IREE's runtime: devices, and modules on them."""

from __future__ import annotations

from pathlib import Path

from pock_mlir.backends.iree.runtime.device import open_device
from pock_mlir.backends.iree.runtime.module import Module
from pock_mlir.bundle import Manifest


class IreeLoader:
    """A `Loader`; `device` and `threads` are those of `open_device`."""

    def load(self, path: Path, manifest: Manifest, device: str | None, threads: int | None) -> Module:
        return Module(path, manifest, open_device(manifest.target.backend, device, threads))


LOADER = IreeLoader()
