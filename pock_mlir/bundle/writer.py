"""Writing a bundle: whole or not at all."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from pock_mlir.bundle.atomic import atomic_write, sync_directory, temporary_sibling
from pock_mlir.bundle.manifest import FileRecord, Manifest, check_consistent
from pock_mlir.bundle.tensor_file import write_tensor_file
from pock_mlir.errors import BundleError, listed

MANIFEST_FILE = "manifest.json"
MODULE_FILE = "module.vmfb"
PARAMETER_FILE = "parameters.safetensors"


def write_bundle(path: str | Path, manifest: Manifest, module: bytes, parameters: Mapping[str, np.ndarray]) -> Manifest:
    """Writes the bundle at `path`, replacing a bundle that is there, and returns the manifest with `files` filled in.

    `module` is the IREE module; `parameters` holds every parameter and buffer of the manifest by its framework name,
    in the stored layout. Everything goes into a temporary sibling directory first, which is then renamed. Raises
    `BundleError` where `parameters` does not fit the manifest, where something other than a bundle is at `path`, and
    where the disk refuses.
    """
    path = Path(path)
    check_consistent(manifest, str(path))
    _check_parameters(path, manifest, parameters)
    if path.exists() and not (path / MANIFEST_FILE).is_file():
        raise BundleError(f"{path} exists and is not a bundle; choose another name or remove it first")
    temporary = temporary_sibling(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
        with atomic_write(temporary / MODULE_FILE) as file:
            file.write(module)
        write_tensor_file(temporary / PARAMETER_FILE, parameters)
        records = {name: file_record(temporary / name) for name in (MODULE_FILE, PARAMETER_FILE)}
        manifest = dataclasses.replace(manifest, files=records)
        with atomic_write(temporary / MANIFEST_FILE) as file:
            file.write(json.dumps(manifest.to_json(), indent=1).encode())
        _move_into_place(temporary, path)
    except OSError as error:
        raise BundleError(f"cannot write the bundle {path}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return manifest


def file_record(path: Path) -> FileRecord:
    """The hash and the size of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return FileRecord(digest.hexdigest(), path.stat().st_size)


def _move_into_place(temporary: Path, path: Path) -> None:
    if (
        path.exists()
    ):  # a directory cannot be replaced in one step: set the old one aside, and bring it back if the rename fails
        aside = temporary_sibling(path)
        path.rename(aside)
        try:
            temporary.rename(path)
        except OSError:
            aside.rename(path)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    else:
        temporary.rename(path)
    sync_directory(path.parent)


def _check_parameters(path: Path, manifest: Manifest, parameters: Mapping[str, np.ndarray]) -> None:
    expected = {spec.name: spec for spec in manifest.parameters}
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
