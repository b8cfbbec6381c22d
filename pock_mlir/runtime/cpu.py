"""Whether this processor can run the code of a bundle."""

from __future__ import annotations

import platform
from functools import cache
from pathlib import Path

from pock_mlir.bundle import TargetSpec
from pock_mlir.errors import TargetError, listed

_ARCHITECTURES = {"amd64": "x86_64", "x64": "x86_64", "arm64": "aarch64"}

# LLVM feature name -> name in /proc/cpuinfo, where the two differ.
_CPUINFO_NAMES = {
    "x86_64": {
        "avx512bf16": "avx512_bf16",
        "avx512bitalg": "avx512_bitalg",
        "avx512fp16": "avx512_fp16",
        "avx512vbmi2": "avx512_vbmi2",
        "avx512vnni": "avx512_vnni",
        "avx512vp2intersect": "avx512_vp2intersect",
        "avx512vpopcntdq": "avx512_vpopcntdq",
        "avxvnni": "avx_vnni",
        "amx-bf16": "amx_bf16",
        "amx-int8": "amx_int8",
        "amx-tile": "amx_tile",
        "bmi": "bmi1",
        "crc32": "sse4_2",
        "lzcnt": "abm",
        "pclmul": "pclmulqdq",
        "prfchw": "3dnowprefetch",
        "rdrnd": "rdrand",
        "sahf": "lahf_lm",
        "sha": "sha_ni",
        "sse3": "pni",
        "sse4.1": "sse4_1",
        "sse4.2": "sse4_2",
    },
    "aarch64": {
        "bf16": "bf16",
        "complxnum": "fcma",
        "crc": "crc32",
        "dotprod": "asimddp",
        "fp-armv8": "fp",
        "fp16fml": "asimdfhm",
        "fullfp16": "asimdhp",
        "jsconv": "jscvt",
        "lse": "atomics",
        "neon": "asimd",
        "rcpc": "lrcpc",
        "rdm": "asimdrdm",
    },
}

# LLVM features that have the same name in /proc/cpuinfo; any other feature cannot be checked there.
_SAME_NAMES = {
    "x86_64": frozenset(
        [
            "adx",
            "aes",
            "avx",
            "avx2",
            "avx512bw",
            "avx512cd",
            "avx512dq",
            "avx512f",
            "avx512ifma",
            "avx512vbmi",
            "avx512vl",
            "bmi2",
            "clflushopt",
            "clwb",
            "cmov",
            "cx16",
            "cx8",
            "f16c",
            "fma",
            "fma4",
            "fsgsbase",
            "fxsr",
            "gfni",
            "mmx",
            "movbe",
            "popcnt",
            "rdseed",
            "sse",
            "sse2",
            "sse4a",
            "ssse3",
            "tbm",
            "vaes",
            "vpclmulqdq",
            "xop",
            "xsave",
            "xsavec",
            "xsaveopt",
            "xsaves",
        ]
    ),
    "aarch64": frozenset(["aes", "i8mm", "sha2", "sha3", "sm4", "sve", "sve2"]),
}


def check_target(target: TargetSpec, bundle: str) -> None:
    """Raises `TargetError` if the bundle named `bundle` was compiled for a processor that this one is not.

    Features that the platform does not report are not checked.
    """
    host, compiled = host_architecture(), architecture(target.triple)
    if host != compiled:
        raise TargetError(
            f"the bundle {bundle} was compiled for {compiled} ({target.triple}), this machine is {host}; "
            f"compile it with a target for {host} (`pock targets` lists them)"
        )
    reported = host_cpuinfo()
    if not reported:
        return
    missing = [feature for feature in map(_plain, target.cpu_features) if _lacks(feature, host, reported)]
    if missing:
        raise TargetError(
            f"the bundle {bundle} was compiled for the CPU '{target.cpu}', this CPU lacks {listed(missing)}; "
            "compile it on this machine with target 'host', or with a more general target (`pock targets` lists them)"
        )


def architecture(triple: str) -> str:
    """The architecture of an LLVM triple, in LLVM's spelling."""
    name = triple.split("-", 1)[0].lower()
    return _ARCHITECTURES.get(name, name)


def host_architecture() -> str:
    """The architecture of this machine, in LLVM's spelling."""
    name = platform.machine().lower()
    return _ARCHITECTURES.get(name, name)


@cache
def host_cpuinfo() -> frozenset[str]:
    """The feature names that the Linux kernel reports for this CPU; empty where it reports none."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip().lower() in ("flags", "features"):
            return frozenset(value.split())
    return frozenset()


def _plain(feature: str) -> str:
    return feature.removeprefix("+")


def _lacks(feature: str, host: str, reported: frozenset[str]) -> bool:
    name = _CPUINFO_NAMES.get(host, {}).get(feature)
    if name is None and feature in _SAME_NAMES.get(host, ()):
        name = feature
    return name is not None and name not in reported
