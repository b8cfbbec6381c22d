"""What the compiler settled on for a target: the CPU and the features that the code uses."""

from __future__ import annotations

import re

from iree.compiler import ir

from pock_mlir.bundle import TargetSpec
from pock_mlir.targets import Target

_EXECUTABLE_TARGET = re.compile(r'#hal\.executable\.target<"([^"]*)", "[^"]*", \{(.*?)\}>')


def target_spec(target: Target, program: ir.Operation) -> TargetSpec:
    """Reads the target of the program's executables (for "host" only the compiler knows what that is)."""
    match = _EXECUTABLE_TARGET.search(
        program.get_asm(enable_debug_info=False, large_elements_limit=0, use_local_scope=False)
    )
    configuration = match[2] if match else ""
    features = _string(configuration, "cpu_features").split(",")
    needed = dict.fromkeys(feature[1:] for feature in features if feature.startswith("+"))
    triple = target.triple or _string(configuration, "target_triple")
    return TargetSpec(target.name, target.backend, triple, _string(configuration, "cpu") or target.cpu, tuple(needed))


def _string(configuration: str, key: str) -> str:
    match = re.search(rf'\b{key} = "([^"]*)"', configuration)
    return match[1] if match else ""
