"""What runs on the device: needs numpy and the IREE runtime, no framework and no compiler."""

from __future__ import annotations

from pathlib import Path

from pock_mlir.backends import loader_for
from pock_mlir.bundle import read_bundle
from pock_mlir.runtime.cpu import check_target
from pock_mlir.runtime.session import Session

__all__ = ["Session", "load"]


def load(path: str | Path, device: str | None = None, threads: int | None = None) -> Session:
    """Opens the bundle at `path` for training and prediction.

    `device` names an IREE driver of the bundle's backend (for CPU bundles "local-sync", which runs on one thread, or
    "local-task"); by default `threads` decides, which in turn defaults to the number of cores that the process may
    use. Raises `BundleError` for a missing, damaged or changed bundle, `TargetError` for a bundle for another
    processor, `InputError` for a wrong `threads`.
    """
    bundle = read_bundle(path)
    check_target(bundle.manifest.target, str(path))
    loader = loader_for(bundle.manifest.target.backend)
    return Session(bundle, loader.load(bundle.module_path, bundle.manifest, device, threads))
