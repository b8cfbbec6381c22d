"""Writing a bundle: whole or not at all."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pock_mlir.bundle.atomic import atomic_directory, atomic_write
from pock_mlir.bundle.manifest import Manifest, check_consistent
from pock_mlir.bundle.seal import seal
from pock_mlir.bundle.specs import FileRecord
from pock_mlir.bundle.tensor_file import write_tensor_file
from pock_mlir.bundle.timeline import MemoryReport
from pock_mlir.errors import BundleError, listed
from pock_mlir.fields import FieldError

MANIFEST_FILE = "manifest.json"
MODULE_FILE = "module.vmfb"
PARAMETER_FILE = "parameters.safetensors"
MEMORY_FILE = "memory.json"


def write_bundle(
    path: str | Path,
    manifest: Manifest,
    module: bytes,
    parameters: Mapping[str, np.ndarray],
    memory: MemoryReport | None = None,
) -> Manifest:
    """Writes the bundle at `path`, replacing a bundle that is there, and returns the manifest with `files` filled in.

    `module` is the IREE module; `parameters` holds every parameter and buffer of the manifest by its symbol, in the
    stored layout; `memory`, which no session needs, is what `pock inspect --memory` shows. Everything goes into a
    temporary sibling directory first, which is then renamed. Raises `BundleError` where `parameters` does not fit the
    manifest, where something other than a bundle is at `path`, and where the disk refuses.
    """
    path = Path(path)
    try:
        check_consistent(manifest, str(path))
    except FieldError as error:
        raise BundleError(f"cannot write the bundle {error}") from None
    _check_parameters(path, manifest, parameters)
    if path.exists() and not (path / MANIFEST_FILE).is_file():
        raise BundleError(f"{path} exists and is not a bundle; choose another name or remove it first")
    try:
        with atomic_directory(path) as directory:
            with atomic_write(directory / MODULE_FILE) as file:
                file.write(module)
            write_tensor_file(directory / PARAMETER_FILE, parameters, sealed=True)
            if memory is not None:
                with atomic_write(directory / MEMORY_FILE) as file:
                    file.write(memory.to_bytes())
            names = (MODULE_FILE, PARAMETER_FILE, *([] if memory is None else [MEMORY_FILE]))
            records = {name: file_record(directory / name) for name in names}
            manifest = dataclasses.replace(manifest, files=records)
            with atomic_write(directory / MANIFEST_FILE) as file:
                file.write(seal(manifest.to_json()))
    except OSError as error:
        raise BundleError(f"cannot write the bundle {path}: {error.strerror or error}") from error
    return manifest


def file_record(path: Path) -> FileRecord:
    """The hash and the size of a file, read in pieces."""
    with path.open("rb") as file:
        return FileRecord(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def _check_parameters(path: Path, manifest: Manifest, parameters: Mapping[str, np.ndarray]) -> None:
    expected = {spec.symbol: spec for spec in manifest.parameters}
    missing = [name for name in expected if name not in parameters]
    unknown = [name for name in parameters if name not in expected]
    if missing or unknown:
        raise BundleError(
            f"cannot write the bundle {path}: "
            + "; ".join(
                f"{what} {listed(names)}"
                for what, names in (("no values for", missing), ("not in the manifest:", unknown))
                if names
            )
        )
    for name, spec in expected.items():
        array = parameters[name]
        if array.shape != spec.stored_shape or array.dtype != np.dtype(spec.storage_dtype):
            raise BundleError(
                f"cannot write the bundle {path}: parameter '{name}' is {array.dtype}{list(array.shape)}, "
                f"the manifest says {spec.storage_dtype}{list(spec.stored_shape)}"
            )
