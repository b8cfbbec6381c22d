"""What we use of IREE's runtime that is private to it. Needs no torch and no compiler."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

__all__ = ["cpuinfo_tool", "detected_features", "new_driver"]


def new_driver(name: str) -> Any:
    """A new `HalDriver`. The public `get_driver` gives one driver to the whole process, with the number of worker
    threads that the first call chose.
    """
    from iree.runtime import _binding

    return _binding.create_hal_driver(name)  # pyright: ignore[reportAttributeAccessIssue] - not in the stubs


def cpuinfo_tool() -> Path:
    """The program `iree-cpuinfo` of the runtime package, which prints what the CPU has. Its public script of that name
    stands wherever the environment puts scripts; no function of the bindings says the same.
    """
    from iree import _runtime_libs

    return Path(_runtime_libs.__path__[0]) / ("iree-cpuinfo.exe" if platform.system() == "Windows" else "iree-cpuinfo")


def detected_features(text: str) -> dict[str, bool]:
    """For each feature that `iree-cpuinfo` looked for, by LLVM's name, whether it is there. It prints only text, a line
    each: "avx512f 1".
    """
    features = {}
    for line in text.splitlines():
        name, *value = line.split() or [""]
        if value in (["0"], ["1"]):
            features[name] = value == ["1"]
    return features
