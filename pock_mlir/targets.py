"""The machines that bundles can be compiled for. Listing them needs no compiler."""

from __future__ import annotations

from dataclasses import dataclass

from pock_mlir.errors import TargetError


@dataclass(frozen=True)
class Isa:
    """An instruction set in LLVM's names: `triple` (empty: the compiling machine's), `cpu`, and `features` over those
    that the CPU's name stands for, signed ("+neon").

    `needs` are the features that are looked for before code runs there (empty for "host": its bundles list them).
    """

    triple: str
    cpu: str
    features: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """A machine as the compiler sees it: data, which a backend makes its flags of.

    `generator` is what makes code for it (`pock_mlir.backends` says whose that is), `options` what it shall be told
    besides. `memory_bytes` is what a training step may take there; None: as much as it wants.
    """

    name: str
    description: str
    isa: Isa
    generator: str = "llvm-cpu"
    memory_bytes: int | None = None
    options: tuple[tuple[str, str], ...] = ()


_X86_64 = "x86_64-unknown-linux-gnu"
_AARCH64 = "aarch64-unknown-linux-gnu"

# The levels of the x86-64 psABI, those features of them that are looked for.
_V2 = ("popcnt", "sse3", "sse4.1", "sse4.2", "ssse3")
_V3 = (*_V2, "avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe")
_V4 = (*_V3, "avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl")

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target("host", "the CPU of this machine, with the features found on it", Isa("", "host")),
        Target("x86-64-v2", "64-bit x86 with SSE4.2 (2009 and later)", Isa(_X86_64, "x86-64-v2", needs=_V2)),
        Target("x86-64-v3", "64-bit x86 with AVX2 and FMA (2013 and later)", Isa(_X86_64, "x86-64-v3", needs=_V3)),
        Target("x86-64-v4", "64-bit x86 with AVX-512", Isa(_X86_64, "x86-64-v4", needs=_V4)),
        Target("aarch64", "any 64-bit Arm CPU, with NEON", Isa(_AARCH64, "generic", ("+neon",), ("fp-armv8",))),
    )
}


def get_target(name: str) -> Target:
    """The target of that name. Raises `TargetError`, which lists the known names."""
    try:
        return TARGETS[name]
    except KeyError:
        raise TargetError(f"unknown target '{name}'; the targets are {', '.join(TARGETS)}") from None
