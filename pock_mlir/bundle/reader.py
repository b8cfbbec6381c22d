"""Reading a bundle, with every check that can be made before it runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from pock_mlir.bundle.manifest import Manifest, check_version
from pock_mlir.bundle.seal import is_sealed
from pock_mlir.bundle.specs import ParameterSpec
from pock_mlir.bundle.tensor_file import TensorEntry, TensorFile
from pock_mlir.bundle.timeline import MemoryReport
from pock_mlir.bundle.writer import MANIFEST_FILE, MEMORY_FILE, MODULE_FILE, PARAMETER_FILE, file_record
from pock_mlir.contract import BFLOAT16
from pock_mlir.errors import BundleError, TensorFileError
from pock_mlir.text import decode, parse_json


@dataclass(frozen=True)
class Bundle:
    """A bundle on the disk whose files were checked against the manifest."""

    path: Path
    manifest: Manifest

    @property
    def module_path(self) -> Path:
        return self.path / MODULE_FILE

    @property
    def identity(self) -> str:
        """The hash of the module, hexadecimal: equal for two copies of one compilation."""
        return self.manifest.files[MODULE_FILE].sha256

    def parameter(self, spec: ParameterSpec) -> np.ndarray:
        """The bundle's value of a parameter, in the stored layout and dtype."""
        return self.parameters.array(spec.symbol).view(spec.storage_dtype)

    def memory_report(self) -> MemoryReport | None:
        """What the compiler noted of the bundle's memory; None for a bundle of a version that noted nothing."""
        if MEMORY_FILE not in self.manifest.files:
            return None
        _check_file(self, MEMORY_FILE)
        where = str(self.path / MEMORY_FILE)
        text = decode((self.path / MEMORY_FILE).read_bytes(), where, BundleError)
        return MemoryReport.from_json(parse_json(text, where, BundleError), where)

    @cached_property
    def parameters(self) -> TensorFile:
        """The mapped parameter file: every parameter and buffer by its symbol, in the stored layout."""
        try:
            return TensorFile(self.path / PARAMETER_FILE)
        except TensorFileError as error:
            raise BundleError(str(error)) from error


def read_bundle(path: str | Path) -> Bundle:
    """Opens the bundle at `path` and checks version, sizes, hashes and parameters.

    Raises `BundleError` for a missing path, something that is not a bundle, another version, and a truncated or
    changed file.
    """
    path = Path(path)
    bundle = Bundle(path, read_manifest(path))
    for name in (MODULE_FILE, PARAMETER_FILE):
        _check_file(bundle, name)
    _check_parameters(bundle)
    return bundle


def read_manifest(path: str | Path) -> Manifest:
    """The manifest of the bundle at `path`, without a look at the other files. Raises `BundleError`."""
    path = Path(path)
    if not path.exists():
        raise BundleError(f"there is no bundle at {path}; `pock compile` or `step.save(path)` writes one")
    if not (path / MANIFEST_FILE).is_file():
        raise BundleError(
            f"{path} is not a pock bundle: it has no {MANIFEST_FILE}; give the directory that `pock compile` wrote"
        )
    where = path / MANIFEST_FILE
    try:
        data = where.read_bytes()
    except OSError as error:
        raise BundleError(f"{where} cannot be read: {error.strerror or error}") from error
    document = parse_json(decode(data, str(where), BundleError), str(where), BundleError)
    check_version(document, str(where))
    if not is_sealed(data):
        raise BundleError(
            f"{where} does not have the digest that it ends with: a name, number or anything else in it was changed "
            "or damaged; copy the bundle again or compile it again"
        )
    return Manifest.from_json(document, str(where))


def _check_file(bundle: Bundle, name: str) -> None:
    path = bundle.path / name
    record = bundle.manifest.files.get(name)
    if record is None:
        raise BundleError(
            f"{bundle.path / MANIFEST_FILE} has no hash for {name}; the bundle is damaged, compile it again"
        )
    if not path.is_file():
        raise BundleError(f"the bundle {bundle.path} lacks the file {name}; copy the bundle again or compile it again")
    size = path.stat().st_size
    if size != record.bytes:
        raise BundleError(
            f"{path} has {size} bytes, the manifest says {record.bytes}: it is truncated or changed; "
            "copy the bundle again"
        )
    try:
        found = file_record(path)
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error.strerror or error}") from error
    if found.sha256 != record.sha256:
        raise BundleError(
            f"{path} does not have the hash that the manifest records: it was changed or damaged"
            f"{_damaged_part(path) if name == PARAMETER_FILE else ''}; copy the bundle again"
        )


def _damaged_part(path: Path) -> str:
    try:
        TensorFile(path).verify()
    except TensorFileError as error:
        return f" ({error})"
    return ""


def _check_parameters(bundle: Bundle) -> None:
    entries = bundle.parameters.entries
    for spec in bundle.manifest.parameters:
        entry = entries.get(spec.symbol)
        if entry is None:
            raise BundleError(
                f"{bundle.parameters.path} lacks the parameter '{spec.name}' of the manifest; compile the bundle again"
            )
        if entry.shape != spec.stored_shape or not _has_dtype(entry, spec):
            raise BundleError(
                f"{bundle.parameters.path}: parameter '{spec.name}' is {entry.dtype}{list(entry.shape)}, "
                f"the manifest says {spec.storage_dtype}{list(spec.stored_shape)}; compile the bundle again"
            )


def _has_dtype(entry: TensorEntry, spec: ParameterSpec) -> bool:
    """The first bundles with bfloat16 held its bits as unsigned numbers."""
    return entry.dtype == spec.storage_dtype or (entry.dtype, spec.storage_dtype) == ("uint16", BFLOAT16)
