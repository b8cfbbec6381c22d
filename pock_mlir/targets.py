"""The machines that bundles can be compiled for. Listing them needs no compiler."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pock_mlir.errors import TargetError


@dataclass(frozen=True)
class Target:
    """A machine as the compiler sees it.

    `backend` is the IREE compiler backend; `triple`, `cpu` and `features` are LLVM's (an empty triple is the
    compiling machine's); `needs` are those features of a CPU that are looked for before the code runs there (empty for
    "host": its bundles list them); `iree_flags` are all flags that select the target.
    """

    name: str
    backend: str
    triple: str
    cpu: str
    features: tuple[str, ...]
    needs: tuple[str, ...]
    iree_flags: tuple[str, ...]
    description: str


def cpu_flags(cpu: str, triple: str = "", features: Sequence[str] = ()) -> tuple[str, ...]:
    """IREE's flags for a CPU; `features` are signed: "+avx2"."""
    flags = [
        "--iree-hal-target-device=local",
        "--iree-hal-local-target-device-backends=llvm-cpu",
        f"--iree-llvmcpu-target-cpu={cpu}",
    ]
    if triple:
        flags.append(f"--iree-llvmcpu-target-triple={triple}")
    if features:
        flags.append(f"--iree-llvmcpu-target-cpu-features={','.join(features)}")
    return tuple(flags)


def _cpu(
    name: str,
    description: str,
    *,
    triple: str = "",
    cpu: str,
    features: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
) -> Target:
    return Target(name, "llvm-cpu", triple, cpu, features, needs, cpu_flags(cpu, triple, features), description)


_X86_64 = "x86_64-unknown-linux-gnu"
_AARCH64 = "aarch64-unknown-linux-gnu"

# The levels of the x86-64 psABI, those features of them that are looked for.
_V2 = ("popcnt", "sse3", "sse4.1", "sse4.2", "ssse3")
_V3 = (*_V2, "avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe")
_V4 = (*_V3, "avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl")

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        _cpu("host", "the CPU of this machine, with the features found on it", cpu="host"),
        _cpu("x86-64-v2", "64-bit x86 with SSE4.2 (2009 and later)", triple=_X86_64, cpu="x86-64-v2", needs=_V2),
        _cpu("x86-64-v3", "64-bit x86 with AVX2 and FMA (2013 and later)", triple=_X86_64, cpu="x86-64-v3", needs=_V3),
        _cpu("x86-64-v4", "64-bit x86 with AVX-512", triple=_X86_64, cpu="x86-64-v4", needs=_V4),
        _cpu(
            "aarch64",
            "any 64-bit Arm CPU, with NEON",
            triple=_AARCH64,
            cpu="generic",
            features=("+neon",),
            needs=("fp-armv8",),
        ),
    )
}


def get_target(name: str) -> Target:
    """The target of that name. Raises `TargetError`, which lists the known names."""
    try:
        return TARGETS[name]
    except KeyError:
        raise TargetError(f"unknown target '{name}'; the targets are {', '.join(TARGETS)}") from None
