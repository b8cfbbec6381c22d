"""Data files of the command line: named arrays, first axis = samples, cut into batches of the compiled size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pock_mlir.bundle import ArraySpec, TensorFile
from pock_mlir.bundle.atomic import atomic_write
from pock_mlir.contract import BFLOAT16
from pock_mlir.errors import InputError, TensorFileError, listed


class Samples:
    """The arrays of a data file that a bundle needs, in the order of `specs`.

    An array has the compiled shape with the number of samples in place of the first axis. Raises `InputError` for
    missing names and for shapes and dtypes that do not fit.
    """

    def __init__(self, path: Path, specs: Sequence[ArraySpec]):
        arrays = read_arrays(path)
        missing = [spec.name for spec in specs if spec.name not in arrays]
        if missing:
            raise InputError(f"{path} lacks the array {listed(missing)}; it has {listed(list(arrays), 20)}")
        self.batch_size = _batch_size(specs)
        self.arrays = [arrays[spec.name] for spec in specs]
        for array, spec in zip(self.arrays, specs, strict=True):
            _check(path, array, spec)
        self.count = len(self.arrays[0])
        for array, spec in zip(self.arrays, specs, strict=True):
            if len(array) != self.count:
                raise InputError(f"{path}: '{spec.name}' has {len(array)} samples, '{specs[0].name}' has {self.count}")
        if self.count == 0:
            raise InputError(f"{path} has no samples")

    @property
    def full_batches(self) -> int:
        return self.count // self.batch_size

    def batch(self, indices: np.ndarray) -> list[np.ndarray]:
        """The samples with these indices."""
        return [array[indices] for array in self.arrays]

    def padded_batches(self) -> Iterator[tuple[list[np.ndarray], int]]:
        """All samples in order as full batches, each with its number of real samples.

        The last batch is filled up with its last sample.
        """
        for start in range(0, self.count, self.batch_size):
            indices = np.minimum(np.arange(start, start + self.batch_size), self.count - 1)
            yield self.batch(indices), min(self.batch_size, self.count - start)


def read_arrays(path: Path) -> Mapping[str, np.ndarray]:
    """The named arrays of a .npz or .safetensors file. Raises `InputError`."""
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    if path.suffix == ".safetensors":
        try:
            file = TensorFile(path)
            file.verify()
            return {name: _widened(array) for name, array in file.arrays().items()}
        except TensorFileError as error:
            raise InputError(str(error)) from error
    if path.suffix != ".npz":
        raise InputError(f"{path} is neither .npz nor .safetensors")
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except Exception as error:  # zipfile, zlib and numpy's parser of headers raise many kinds
        problem = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{path} is not a readable .npz file: {problem}") from error


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes a .npz file atomically. Raises `InputError` for another suffix or where the disk refuses."""
    if path.suffix != ".npz":
        raise InputError(f"{path} must end in .npz")
    try:
        with atomic_write(path) as file:
            np.savez(file, **dict[str, Any](arrays))
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def _widened(array: np.ndarray) -> np.ndarray:
    """float32 for bfloat16, which no bundle takes."""
    return array.astype(np.float32) if array.dtype.name == BFLOAT16 else array


def _batch_size(specs: Sequence[ArraySpec]) -> int:
    for spec in specs:
        if not spec.shape or spec.shape[0] != specs[0].shape[0]:
            raise InputError(
                f"the bundle takes '{spec.name}' of shape {list(spec.shape)}, whose first axis does not count the "
                "samples of a batch; feed such a model from Python"
            )
    return specs[0].shape[0]


def _check(path: Path, array: np.ndarray, spec: ArraySpec) -> None:
    expected = f"[samples{''.join(f', {size}' for size in spec.shape[1:])}]"
    if array.ndim != len(spec.shape) or array.shape[1:] != spec.shape[1:]:
        raise InputError(f"{path}: '{spec.name}' has shape {list(array.shape)}, the bundle takes {expected}")
    if array.dtype != np.dtype(spec.dtype):
        raise InputError(
            f"{path}: '{spec.name}' is {array.dtype}, the bundle takes {spec.dtype}; "
            f"convert it with .astype({spec.dtype!r})"
        )
