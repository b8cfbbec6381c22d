"""That the private names of IREE's runtime still do what compat/iree_runtime.py says."""

from __future__ import annotations

import subprocess

import iree.runtime as rt
from support.canaries import canary, without_canary

from pock_mlir.compat import iree_runtime as compat


@canary(compat, "new_driver", api="iree.runtime._binding.create_hal_driver")
def test_new_driver() -> None:
    drivers = [compat.new_driver("local-sync") for _ in range(2)]
    assert all(isinstance(driver, rt.HalDriver) for driver in drivers) and drivers[0] is not drivers[1]
    devices = [driver.create_default_device(allocators=["caching"]) for driver in drivers]
    assert all(isinstance(device, rt.HalDevice) for device in devices)
    assert rt.get_driver("local-sync") is rt.get_driver("local-sync"), "get_driver shares drivers no more"


@canary(compat, "cpuinfo_tool", "detected_features", api="iree._runtime_libs and what its iree-cpuinfo prints")
def test_cpuinfo_tool() -> None:
    text = subprocess.run([compat.cpuinfo_tool()], capture_output=True, text=True, check=True, timeout=60).stdout
    features = compat.detected_features(text)
    assert len(features) > 5 and any(features.values())
    assert compat.detected_features("avx 1\navx2 0\nname: a CPU\n\n") == {"avx": True, "avx2": False}


def test_each_name_has_a_canary() -> None:
    assert without_canary(compat) == []
