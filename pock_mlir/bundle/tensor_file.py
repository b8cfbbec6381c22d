"""Reading and writing safetensors files with numpy and its dtype bfloat16 alone: a device needs no other package."""

from __future__ import annotations

import hashlib
import json
import math
import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from pock_mlir.bundle.atomic import atomic_write
from pock_mlir.bundle.seal import is_sealed_header, seal_header
from pock_mlir.errors import TensorFileError
from pock_mlir.fields import FieldError, Size, read_record
from pock_mlir.text import decode, parse_json

# IREE uses a mapped tensor where it lies if it starts at a multiple of this.
ALIGNMENT = 64

_DTYPES = {
    "BOOL": "bool",
    "U8": "uint8",
    "I8": "int8",
    "U16": "uint16",
    "I16": "int16",
    "U32": "uint32",
    "I32": "int32",
    "U64": "uint64",
    "I64": "int64",
    "BF16": "bfloat16",
    "F16": "float16",
    "F32": "float32",
    "F64": "float64",
}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
_METADATA = "__metadata__"
_MAX_HEADER_BYTES = 100_000_000
_PIECE_BYTES = 1 << 20

# The metadata of a sealed file: the digest of the header, which stands first in it, and those of the tensors.
_SEAL, _DIGESTS = "pock.sha256", "pock.sha256.tensors"
_SEALED_PREFIX = b'{"__metadata__":{"pock.sha256":"'


@dataclass(frozen=True)
class TensorEntry:
    """Where a tensor lies: `offset` counts from the start of the file; `offset` and `nbytes` are bytes."""

    shape: tuple[int, ...]
    dtype: str
    offset: int
    nbytes: int


class TensorFile:
    """A safetensors file, mapped into memory read-only: a tensor takes memory only while it is used.

    `entries` maps names to `TensorEntry`, `metadata` strings to strings, `data` is the whole file as uint8, `digests`
    the SHA-256 of each tensor's bytes in hexadecimal, empty in a file without a seal (docs/bundle.md). A damaged header
    is a `TensorFileError` here, damaged tensors are found by `verify`.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        size = _size(self.path)
        try:
            with self.path.open("rb") as file:
                header, start = _read_header(self.path, file, size)
            self.data = np.memmap(self.path, dtype=np.uint8, mode="r")
        except OSError as error:
            raise TensorFileError(f"{self.path} cannot be read: {error.strerror or error}") from error
        metadata = header.pop(_METADATA, {})
        if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
            raise TensorFileError(f"{self.path}: the header's {_METADATA} holds more than strings; the file is damaged")
        self.metadata: dict[str, str] = metadata
        self.digests = _take_digests(self.metadata)
        self.entries = {name: _entry(self.path, name, record, start, size) for name, record in header.items()}
        _check_whole(self.path, self.entries, start, size)

    def array(self, name: str) -> np.ndarray:
        """The named tensor: a read-only view of the mapped file. Raises `KeyError` for an unknown name."""
        entry = self.entries[name]
        return self.data[entry.offset : entry.offset + entry.nbytes].view(entry.dtype).reshape(entry.shape)

    def arrays(self) -> dict[str, np.ndarray]:
        """All tensors as `array` gives them, in the order of the header."""
        return {name: self.array(name) for name in self.entries}

    @property
    def sealed(self) -> bool:
        """Whether the file holds digests of its header, which was compared, and of its tensors."""
        return set(self.digests) == set(self.entries)

    def verify(self) -> None:
        """Reads all tensors, in pieces, and compares their digests; nothing to do in a file without a seal.

        Raises `TensorFileError` with the name of the first tensor that was changed.
        """
        try:
            with self.path.open("rb", buffering=0) as file:
                damaged = next(
                    (n for n, digest in self.digests.items() if _digest(file, self.entries[n]) != digest), None
                )
        except OSError as error:  # a disk that does not give its bytes back
            raise TensorFileError(f"{self.path} cannot be read: {error.strerror or error}") from error
        if damaged is not None:
            raise TensorFileError(
                f"{self.path}: tensor '{damaged}' does not have the digest that the file records: it was changed or "
                "damaged; take another copy of the file"
            )

    def release(self) -> None:
        """Takes the pages that were read out of this process's memory; they come back when they are touched."""
        release_pages(self.data.base)


def release_pages(pages: Any) -> None:
    """Gives back the physical memory of an `mmap.mmap`, where the platform can.

    Pages of a file are read again when they are touched, other pages become zero.
    """
    if isinstance(pages, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_DONTNEED)


def write_tensor_file(
    path: str | Path,
    tensors: Mapping[str, np.ndarray],
    metadata: Mapping[str, str] | None = None,
    *,
    sealed: bool = False,
) -> None:
    """Writes a safetensors file atomically; with `sealed` its metadata holds digests of the header and each tensor.

    Tensors whose size is a multiple of 64 bytes come first, so that all of these start aligned (the format allows no
    padding). Raises `TensorFileError` for a dtype that the format lacks, and where the file cannot be written.
    """
    path = Path(path)
    names = sorted(tensors, key=lambda name: tensors[name].nbytes % ALIGNMENT != 0)
    ordered = {name: tensors[name] for name in names}
    make_header = _sealed_header if sealed else _header
    header = make_header(path, ordered, metadata or {})
    try:
        with atomic_write(path) as file:
            file.write(len(header).to_bytes(8, "little"))
            file.write(header)
            for array in ordered.values():
                file.write(_bytes(array))
    except OSError as error:
        raise TensorFileError(f"cannot write {path}: {error.strerror or error}") from error


def _bytes(array: np.ndarray) -> memoryview:
    little = np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")
    return little.reshape(-1).view(np.uint8).data


def _header(path: Path, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> bytes:
    if _METADATA in tensors:
        raise TensorFileError(
            f"cannot write {path}: safetensors files hold no tensor that is called '{_METADATA}'; rename it"
        )
    document: dict[str, Any] = {_METADATA: dict(metadata)} if metadata else {}
    offset = 0
    for name, array in tensors.items():
        if array.dtype.name not in _NAMES:
            raise TensorFileError(
                f"cannot write {path}: tensor '{name}' has dtype {array.dtype}, which safetensors files do not hold"
            )
        end = offset + array.nbytes
        document[name] = {"dtype": _NAMES[array.dtype.name], "shape": list(array.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(document, separators=(",", ":")).encode()
    padding = -(8 + len(text)) % ALIGNMENT
    return text + b" " * padding


def _sealed_header(path: Path, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> bytes:
    digests = {name: hashlib.sha256(_bytes(array)).hexdigest() for name, array in tensors.items()}
    room = {_SEAL: "0" * len(hashlib.sha256().hexdigest()), _DIGESTS: json.dumps(digests)}
    header = _header(path, tensors, room | dict(metadata))
    return seal_header(_SEALED_PREFIX, header[len(_SEALED_PREFIX) + len(room[_SEAL]) :])


def _size(path: Path) -> int:
    if not path.is_file():
        raise TensorFileError(f"{path} does not exist or is not a file")
    return path.stat().st_size


def _read_header(path: Path, file: BinaryIO, size: int) -> tuple[dict[str, Any], int]:
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or length > min(size - 8, _MAX_HEADER_BYTES):
        raise TensorFileError(f"{path} is not a safetensors file or is truncated ({size} bytes)")
    data = file.read(length)
    where = f"{path} is not a safetensors file or is damaged: its header"
    header = parse_json(decode(data, where, TensorFileError), where, TensorFileError)
    if not isinstance(header, dict):
        raise TensorFileError(f"{path} is not a safetensors file: its header is not readable")
    metadata = header.get("__metadata__")
    claims = isinstance(metadata, dict) and (_SEAL in metadata or _DIGESTS in metadata)
    if (claims or data.startswith(_SEALED_PREFIX)) and not is_sealed_header(data, _SEALED_PREFIX):
        raise TensorFileError(
            f"{path}: the header (names, shapes, places of tensors and metadata) does not have the digest that it "
            "records: it was changed or damaged; take another copy of the file"
        )
    return header, 8 + length


def _take_digests(metadata: dict[str, str]) -> dict[str, str]:
    """The digests of the tensors, taken out of the metadata of a header that was compared."""
    metadata.pop(_SEAL, None)
    return json.loads(metadata.pop(_DIGESTS, "{}"))


def _digest(file: RawIOBase, entry: TensorEntry) -> str:
    digest = hashlib.sha256()
    piece = memoryview(bytearray(min(_PIECE_BYTES, entry.nbytes)))
    file.seek(entry.offset)
    left = entry.nbytes
    while left and (count := file.readinto(piece[: min(left, len(piece))])):
        digest.update(piece[:count])
        left -= count
    return digest.hexdigest()


@dataclass(frozen=True)
class _Described:
    """What the header says of a tensor."""

    dtype: str
    shape: tuple[Size, ...]
    data_offsets: tuple[int, int]


def _entry(path: Path, name: str, document: Any, start: int, size: int) -> TensorEntry:
    try:
        described = read_record(_Described, document, f"{path}: the header's entry for tensor '{name}'")
    except FieldError as error:
        raise TensorFileError(f"{error}; the file is damaged") from None
    dtype, shape, (begin, end) = _DTYPES.get(described.dtype), described.shape, described.data_offsets
    if dtype is None:
        raise TensorFileError(
            f"{path}: tensor '{name}' has dtype {described.dtype}, which numpy does not have; convert it first"
        )
    if not 0 <= begin <= end or end - begin != math.prod(shape) * np.dtype(dtype).itemsize:
        raise TensorFileError(
            f"{path}: tensor '{name}' takes {end - begin} bytes, which do not fit {dtype}{list(shape)}"
        )
    if start + end > size:
        raise TensorFileError(f"{path} is truncated: tensor '{name}' ends at byte {start + end}, the file has {size}")
    return TensorEntry(shape, dtype, start + begin, end - begin)


def _check_whole(path: Path, entries: Mapping[str, TensorEntry], start: int, size: int) -> None:
    """Tensors lie one after the other up to the end of the file, as the format asks for."""
    end = start
    for name, entry in sorted(entries.items(), key=lambda item: (item[1].offset, item[1].nbytes)):
        if entry.offset != end:
            raise TensorFileError(
                f"{path}: tensor '{name}' starts at byte {entry.offset}, the one before it ends at {end}; "
                "the header is damaged"
            )
        end += entry.nbytes
    if end != size:
        raise TensorFileError(f"{path} has {size - end} bytes after its last tensor: it was changed or damaged")
