"""What the compiler generates code for: a target with nothing left open.

A CPU's name stands for a list of features, of which kernels and hypervisors mask some (AVX-512, AMX). For "host" the
features are therefore those that were found on this machine, and its CPU's name serves for tuning only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from iree.compiler import ir

from pock_mlir.backends.iree.compiler.session import IreeCompiler
from pock_mlir.bundle import TargetSpec
from pock_mlir.compat.iree_compiler import executable_options, with_executable_options
from pock_mlir.errors import TargetError
from pock_mlir.machine import Machine, this_machine
from pock_mlir.targets import Isa, Target

HOST = "host"
_FEATURES = "cpu_features"

# What every CPU of an architecture has, and what is no feature of a CPU (versions of the architecture, the ABI).
_ALWAYS = {
    "x86_64": re.compile(r"64bit|cmov|cx8|fxsr|mmx|sse|sse2|x87"),
    "aarch64": re.compile(r"fp-armv8|neon|reserve-.*|v\d.*"),
}
# Nothing is generated for AMX, which a process must ask the kernel for.
_NEVER = re.compile(r"amx-.*")


@dataclass(frozen=True)
class TargetMachine:
    """A target as the manifest says it, and `device`, the text of the attribute that IREE compiles for."""

    spec: TargetSpec
    device: str


def resolve_target(target: Target, machine: Machine | None = None) -> TargetMachine:
    """Asks IREE what a target is, about 15 ms; "host" is `machine`, by default this one.

    Raises `TargetError` where IREE does not say what features the code will use.
    """
    device = _describe(target, target.isa)
    if target.name == HOST:
        machine = this_machine() if machine is None else machine
        features = host_features(_features(target, device), machine)
        device = _describe(target, Isa(target.isa.triple, _string(device, "cpu"), features))
    features = _features(target, device)
    # IREE puts the features of the CPU's name before ours, and looks for names in the text: one mention each.
    text = ",".join(f"{'+' if there else '-'}{name}" for name, there in features.items())
    device = _with_string(device, _FEATURES, text)
    needed = tuple(name for name, there in features.items() if there)
    triple = target.isa.triple or _string(device, "target_triple")
    cpu = _string(device, "cpu") or target.isa.cpu
    return TargetMachine(TargetSpec(target.name, target.generator, triple, cpu, needed), str(device))


def host_features(named: Mapping[str, bool], machine: Machine) -> tuple[str, ...]:
    """The features to generate code for on `machine`, signed: what it has, and against it everything else that may come
    with the name of its CPU (`named`): what is masked, and what cannot be looked for where the bundle is loaded.
    """
    always = _ALWAYS.get(machine.architecture)
    used = {name for name, there in machine.features.items() if there and not _NEVER.fullmatch(name)}
    candidates = [*named, *machine.features]
    unused = {name for name in candidates if name not in used and not (always and always.fullmatch(name))}
    # LLVM takes them in order, and with a feature goes what builds on it: the absent ones last.
    return (*_signed("+", used), *_signed("-", unused))


def _signed(sign: str, names: Iterable[str]) -> list[str]:
    return [sign + name for name in sorted(names)]


def _flags(target: Target, isa: Isa) -> list[str]:
    """IREE's flags for a CPU."""
    flags = [
        "--iree-hal-target-device=local",
        f"--iree-hal-local-target-device-backends={target.generator}",
        f"--iree-llvmcpu-target-cpu={isa.cpu}",
    ]
    if isa.triple:
        flags.append(f"--iree-llvmcpu-target-triple={isa.triple}")
    if isa.features:
        flags.append(f"--iree-llvmcpu-target-cpu-features={','.join(isa.features)}")
    return [*flags, *(f"--{name}={value}" for name, value in target.options)]


def _describe(target: Target, isa: Isa) -> ir.Attribute:
    """The device that IREE compiles for, with one executable target."""
    compiler = IreeCompiler(_flags(target, isa))
    with compiler.context, ir.Location.unknown():
        module = ir.Module.create()
    for op in compiler.to_device(module).regions[0].blocks[0].operations:
        if op.operation.name == "util.global" and "initial_value" in op.attributes:
            device = op.attributes["initial_value"]
            if executable_options(device) is not None:
                return device
    raise _unknown(target)


def _features(target: Target, device: ir.Attribute) -> dict[str, bool]:
    """Whether each feature is on: the last mention decides."""
    if _FEATURES not in _options(device):
        raise _unknown(target)
    features = {}
    for feature in filter(None, _string(device, _FEATURES).split(",")):
        if feature[0] not in "+-":
            raise _unknown(target)
        features[feature[1:]] = feature[0] == "+"
    return features


def _unknown(target: Target) -> TargetError:
    return TargetError(
        f"IREE does not say which CPU features the code for target '{target.name}' uses, so that a bundle could not be "
        "refused by a CPU without them; use another target (`pock targets` lists them)"
    )


def _options(device: ir.Attribute) -> dict[str, Any]:
    return {named.name: named.attr for named in executable_options(device) or ()}


def _string(device: ir.Attribute, key: str) -> str:
    value: Any = _options(device).get(key)
    return value.value if isinstance(value, ir.StringAttr) else ""


def _with_string(device: ir.Attribute, key: str, value: str) -> ir.Attribute:
    with device.context:
        options = ir.DictAttr.get(_options(device) | {key: ir.StringAttr.get(value)})
    return with_executable_options(device, options)
