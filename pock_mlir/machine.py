"""What a CPU can do: its architecture, and the features that code generation uses.

Features have LLVM's names. IREE's own `iree-cpuinfo`, a part of its runtime package, detects the vector extensions on
every platform, and whether the operating system lets programs use them. The few features of scalar code that it leaves
out stand in /proc/cpuinfo. What neither knows (rdseed, clwb, sha, pku, ...) is no matter of generated code.
"""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pock_mlir.compat.iree_runtime import cpuinfo_tool, detected_features
from pock_mlir.errors import TargetError

_ARCHITECTURES = {"amd64": "x86_64", "x64": "x86_64", "arm64": "aarch64"}

# Scalar features that the code of LLVM uses: LLVM's name -> the name in /proc/cpuinfo.
_SCALAR = {"x86_64": {"bmi": "bmi1", "bmi2": "bmi2", "lzcnt": "abm", "movbe": "movbe", "popcnt": "popcnt"}}


@dataclass(frozen=True)
class Machine:
    """A CPU: for each feature that was looked for, whether it is there; any other is unknown."""

    architecture: str
    features: Mapping[str, bool] = field(default_factory=dict)

    def lacks(self, features: Iterable[str]) -> list[str]:
        """Those of `features` that are known to be missing."""
        return [feature for feature in features if not self.features.get(feature, True)]

    @staticmethod
    def described(architecture: str, detected: str, cpuinfo: str = "") -> Machine:
        """The machine that the output of `iree-cpuinfo` describes, and the text of /proc/cpuinfo where there is one."""
        features = detected_features(detected)
        flags = _flags(cpuinfo)
        if flags:
            features |= {name: flag in flags for name, flag in _SCALAR.get(architecture, {}).items()}
        return Machine(architecture, features)


def architecture(name: str) -> str:
    """The architecture of an LLVM triple, or of what a platform calls itself, in LLVM's spelling."""
    name = name.split("-", 1)[0].lower()
    return _ARCHITECTURES.get(name, name)


@cache
def this_machine() -> Machine:
    """The machine that this process runs on. Raises `TargetError` where its CPU cannot be read."""
    return Machine.described(architecture(platform.machine()), _detected(), _read(Path("/proc/cpuinfo")))


def _detected() -> str:
    tool = cpuinfo_tool()
    try:
        return subprocess.run([tool], capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise TargetError(
            f"cannot tell what this CPU is able to do: {tool} does not run ({error}); install iree-base-runtime anew"
        ) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:  # only Linux has it
        return ""


def _flags(cpuinfo: str) -> frozenset[str]:
    for line in cpuinfo.splitlines():
        key, _, value = line.partition(":")
        if key.strip().lower() in ("flags", "features"):
            return frozenset(value.split())
    return frozenset()
