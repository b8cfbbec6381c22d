"""A module on a device: its context (parameters and state) and its functions."""

from __future__ import annotations

import mmap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import iree.runtime as rt
import numpy as np
from iree.runtime.dtypes import map_dtype_to_hal_element_type

from pock_mlir.backends.iree.runtime.device import Device
from pock_mlir.bundle import Manifest, StateSpec, TensorFile
from pock_mlir.bundle.tensor_file import ALIGNMENT, release_pages
from pock_mlir.contract import PARAMETER_SCOPE, STATE_SCOPE, getter
from pock_mlir.errors import BundleError, PockError

# What the bindings make of IREE's status codes, and raise themselves for arguments that do not fit.
_IREE_ERRORS = (RuntimeError, ValueError, MemoryError, LookupError, TypeError, OverflowError, OSError)


class Module:
    """The module of a bundle on a device, with one context at a time.

    The context is created by `start` and holds the parameters and the state; `call` runs a function of the module.

    `peak_bytes` is the most memory that was held during a measured call. `mapped_bytes` is the size of the frozen
    parameters that the context uses where they lie in host memory, which the device's allocator does not count; the
    peak does.
    """

    def __init__(self, path: Path, manifest: Manifest, device: Device):
        self._path = path
        self._manifest = manifest
        self._device = device
        self._instance = rt.VmInstance()
        try:
            self._module = rt.VmModule.mmap(self._instance, str(path))
        except _IREE_ERRORS as error:
            raise BundleError(
                f"{path} is not a module that this IREE runtime can load: {_first_line(error)}"
            ) from error
        self._hal = rt.create_hal_module(self._instance, device.hal)
        self._functions = {name: function for name in self._module.function_names if (function := self._lookup(name))}
        self._frozen = [spec for spec in manifest.parameters if spec.used and not self._is_mutable(spec.symbol)]
        self._context: rt.VmContext | None = None
        self.mapped_bytes = 0
        self.peak_bytes = 0

    @property
    def driver(self) -> str:
        """The IREE driver of the device."""
        return self._device.driver

    @property
    def threads(self) -> int:
        """The number of threads that compute."""
        return self._device.threads

    @property
    def held_bytes(self) -> int:
        """Device memory held now, including what is kept for reuse."""
        return self._device.live_bytes

    @property
    def counts_queue_allocations(self) -> bool:
        """Whether the device's statistics see allocations on the queue."""
        return self._device.counts_queue_allocations

    def has(self, name: str) -> bool:
        """Whether the module exports the function."""
        return name in self._functions

    def start(self, file: TensorFile, values: Mapping[str, np.ndarray], states: Mapping[str, np.ndarray]) -> None:
        """Makes a new context, after the old one is gone: memory never holds both.

        `values`, by symbol, replaces parameters of `file`, in the stored layout; `states`, by symbol, holds the states
        that do not start from their `init`. The arrays are copied into the module if it can change them, else used
        where they are, for which they must be aligned (`backends.executable.aligned_copy`). Raises `PockError` if IREE
        cannot make the context.
        """
        self.stop()
        staging = _Staging({name: array for name, array in values.items() if self._is_mutable(name)} | dict(states))
        try:
            provider = self._parameter_index(file, values, staging).create_provider(scope=PARAMETER_SCOPE)
            state_provider = self._state_index(states, staging).create_provider(scope=STATE_SCOPE)
            parameters = rt.create_io_parameters_module(self._instance, provider, state_provider)
            self._context = rt.VmContext(self._instance, modules=[self._hal, parameters, self._module])
        except _IREE_ERRORS as error:
            raise PockError(f"IREE cannot start {self._path}: {_first_line(error)}") from error
        in_place = [
            spec for spec in self._frozen if spec.symbol in values or file.entries[spec.symbol].offset % ALIGNMENT == 0
        ]
        self.mapped_bytes = sum(spec.nbytes for spec in in_place)
        staging.release()
        file.release()
        self._device.trim()

    def trim(self) -> None:
        """Gives back the memory that is kept for reuse."""
        self._device.trim()

    def stop(self) -> None:
        """Lets the context go, with all its memory."""
        self._context = None
        self._device.trim()

    def call(self, name: str, arguments: Sequence[np.ndarray] = ()) -> list[np.ndarray]:
        """Runs a function; the results are copies. Raises `PockError` if IREE reports a failure."""
        results = self._invoke(name, arguments)
        return [_to_host(self._device, results, index) for index in range(len(results))]

    def call_measured(self, name: str, arguments: Sequence[np.ndarray] = ()) -> list[np.ndarray]:
        """`call` that also raises `peak_bytes` to the most device memory that was held during the call."""
        before = self._device.peak_bytes
        results = self._invoke(name, arguments)
        peak, held = self._device.peak_bytes, self._device.live_bytes
        # Without a new high-water mark the call took what it still holds: arguments, results, cached transients.
        self.peak_bytes = max(self.peak_bytes, (peak if peak > before else held) + self.mapped_bytes)
        return [_to_host(self._device, results, index) for index in range(len(results))]

    def _invoke(self, name: str, arguments: Sequence[np.ndarray]) -> rt.VmVariantList:
        if self._context is None:
            raise PockError(f"the module {self._path} is not started")
        given = rt.VmVariantList(len(arguments))
        for argument in arguments:
            given.push_ref(_to_device(self._device, argument))
        results = rt.VmVariantList(1)
        try:
            self._context.invoke(self._functions[name], given, results)
        except _IREE_ERRORS as error:
            raise PockError(f"IREE failed in '{name}' of {self._path}: {_first_line(error)}") from error
        return results

    def _lookup(self, name: str) -> rt.VmFunction | None:
        return self._module.lookup_function(name)

    def _is_mutable(self, name: str) -> bool:
        return self.has(getter(name))

    def _parameter_index(
        self, file: TensorFile, values: Mapping[str, np.ndarray], staging: _Staging
    ) -> rt.ParameterIndex:
        index = rt.ParameterIndex()
        handle = rt.FileHandle.wrap_memory(file.data)
        for spec in self._manifest.parameters:
            if spec.symbol not in values:
                entry = file.entries[spec.symbol]
                index.add_from_file_handle(spec.symbol, handle, entry.nbytes, offset=entry.offset)
            elif spec.symbol in staging.offsets:
                staging.add_to(index, spec.symbol)
            else:
                index.add_buffer(spec.symbol, np.asarray(values[spec.symbol], order="C").reshape(-1).view(np.uint8))
        return index

    def _state_index(self, states: Mapping[str, np.ndarray], staging: _Staging) -> rt.ParameterIndex:
        index = rt.ParameterIndex()
        for spec in self._manifest.state:
            if spec.symbol in states:
                staging.add_to(index, spec.symbol)
            else:
                index.add_splat(spec.symbol, splat_pattern(spec), spec.nbytes)
        return index


class _Staging:
    """Host memory that carries values into a new context.

    IREE keeps the memory that it was given for as long as the context lives; `release` gives the pages back
    nevertheless.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray]):
        self.offsets: dict[str, int] = {}
        self._sizes = {name: array.nbytes for name, array in arrays.items()}
        end = 0
        for name, size in self._sizes.items():
            self.offsets[name] = end
            end += -(-size // ALIGNMENT) * ALIGNMENT
        self._pages = mmap.mmap(-1, max(end, 1))
        memory = np.frombuffer(self._pages, dtype=np.uint8)
        for name, array in arrays.items():
            start = self.offsets[name]
            memory[start : start + array.nbytes] = np.asarray(array, order="C").reshape(-1).view(np.uint8)
        self._handle = rt.FileHandle.wrap_memory(memory)

    def add_to(self, index: rt.ParameterIndex, name: str) -> None:
        index.add_from_file_handle(name, self._handle, self._sizes[name], offset=self.offsets[name])

    def release(self) -> None:
        release_pages(self._pages)


def splat_pattern(spec: StateSpec) -> bytes:
    """The bytes that fill a state from its `init`: at most 4, which is what devices fill with.

    Raises `BundleError` for an 8-byte dtype with an `init` that 4 bytes do not repeat to.
    """
    pattern = np.asarray(spec.init, dtype=spec.dtype).tobytes()
    if len(pattern) <= 4:
        return pattern
    if pattern[:4] * (len(pattern) // 4) != pattern:
        raise BundleError(
            f"state '{spec.name}' of {spec.dtype} cannot start from {spec.init}; compile the bundle again"
        )
    return pattern[:4]


def _to_device(device: Device, array: np.ndarray) -> Any:
    return device.hal.allocator.allocate_buffer_copy(
        memory_type=int(rt.MemoryType.DEVICE_LOCAL),
        allowed_usage=int(rt.BufferUsage.DEFAULT),
        device=device.hal,
        buffer=array.view(np.int8) if array.dtype == bool else array,
        element_type=map_dtype_to_hal_element_type(array.dtype),
    )


def _to_host(device: Device, results: rt.VmVariantList, index: int) -> np.ndarray:
    view = results.get_as_object(index, rt.HalBufferView)
    return np.array(rt.DeviceArray(device.hal, view, implicit_host_transfer=True).to_host())


def _first_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
