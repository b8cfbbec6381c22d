"""Opening an IREE device with its own worker threads and its own memory statistics."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass

import iree.runtime as rt

from pock_mlir.compat.iree_runtime import new_driver
from pock_mlir.errors import InputError, TargetError

# Per compiler backend, the drivers that run its code: the first for one thread, the second for several.
_DRIVERS = {"llvm-cpu": ("local-sync", "local-task")}

_flags_lock = threading.Lock()


@dataclass(frozen=True)
class Device:
    """An open device. `threads` is the number of worker threads."""

    hal: rt.HalDevice
    driver: str
    threads: int

    @property
    def counts_queue_allocations(self) -> bool:
        """Whether the statistics see allocations on the queue.

        The threaded device serves them from a pool that counts nothing.
        """
        return self.driver != "local-task"

    def statistics(self) -> dict[str, int]:
        """The allocator's counters in bytes since the device was opened."""
        return self.hal.allocator.statistics

    @property
    def live_bytes(self) -> int:
        """Device memory held now, including what the caching allocator keeps for reuse."""
        counters = self.statistics()
        return counters["device_bytes_allocated"] - counters["device_bytes_freed"]

    @property
    def peak_bytes(self) -> int:
        """The most device memory ever held since the device was opened."""
        return self.statistics()["device_bytes_peak"]

    def trim(self) -> None:
        """Gives back the memory that the caching allocator keeps for reuse."""
        self.hal.allocator.trim()


def open_device(backend: str, name: str | None = None, threads: int | None = None) -> Device:
    """Opens the device that runs code of the compiler backend `backend`.

    `name` is an IREE driver ("local-sync": one thread, "local-task": worker threads) or `None` to choose by
    `threads`; `threads` defaults to the number of cores that this process may use. Every call makes a driver of its
    own, so sessions with different numbers of threads live side by side and each has its own statistics. Raises
    `TargetError` and `InputError`.
    """
    if backend not in _DRIVERS:
        raise TargetError(f"this runtime has no device for the backend '{backend}'; it runs {', '.join(_DRIVERS)}")
    single, several = _DRIVERS[backend]
    if threads is not None and (isinstance(threads, bool) or not isinstance(threads, int) or threads < 1):
        raise InputError(f"threads is {threads!r}, it must be a positive integer or None")
    if name is None:
        name = single if (threads or _usable_cores()) == 1 else several
    if name not in (single, several):
        raise TargetError(
            f"unknown device '{name}' for the backend '{backend}'; the devices are '{single}', '{several}'"
        )
    if name == single and threads not in (None, 1):
        raise InputError(
            f"the device '{single}' runs on one thread, but threads is {threads}; use '{several}' or threads=1"
        )
    count = 1 if name == single else threads or _usable_cores()
    return Device(_create(name, count), name, count)


def _create(name: str, threads: int) -> rt.HalDevice:
    # The number of workers is a process-wide flag, read when a driver is created; hence a new one.
    with _flags_lock:
        rt.flags.parse_flags(f"--task_topology_group_count={threads}")
        try:
            driver = new_driver(name)
        finally:
            rt.flags.parse_flags("--task_topology_group_count=0")
    return driver.create_default_device(allocators=["caching"])


def _usable_cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # a platform without affinity
        return os.cpu_count() or 1
