"""What code is generated for: named targets, and the CPU of this machine as it is found, not as its name promises."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from iree.compiler import ir
from support.recorded_cpus import CPUS, Recorded

from pock_mlir.backends.iree.compiler import device as target_device
from pock_mlir.backends.iree.compiler.device import TargetMachine, resolve_target
from pock_mlir.backends.iree.compiler.session import IreeCompiler
from pock_mlir.errors import TargetError
from pock_mlir.machine import this_machine
from pock_mlir.targets import TARGETS, Isa, Target

UNCHECKED = ("rdseed", "rdrnd", "clwb", "pku", "sha", "wbnoinvd", "gfni", "vaes", "avxvnni", "sha3", "crc", "amx-tile")


def host_of(cpu: Recorded) -> Target:
    """The target "host" as it is on another machine, where IREE finds the CPU's name and what that stands for."""
    return dataclasses.replace(TARGETS["host"], isa=Isa(cpu.triple, cpu.cpu))


def resolved(name: str) -> TargetMachine:
    return resolve_target(host_of(CPUS[name]), CPUS[name].machine)


@pytest.mark.parametrize("name", CPUS)
def test_host_is_what_the_machine_has(name: str) -> None:
    machine, found = CPUS[name].machine, resolved(name)
    assert found.spec.cpu == CPUS[name].cpu
    expected = {feature for feature, there in machine.features.items() if there and not feature.startswith("amx")}
    assert expected == {feature for feature in found.spec.cpu_features if feature in machine.features}
    assert not set(found.spec.cpu_features) & set(UNCHECKED)
    for feature in machine.features.keys() - expected:
        assert f"+{feature}," not in found.device


@pytest.mark.parametrize(
    ("name", "bytes_at_once"), [("zen5-virtual", 64), ("icelake", 64), ("icelake-masked", 32), ("m1", 16)]
)
def test_vectors_are_as_wide_as_the_machine_has_them(name: str, bytes_at_once: int) -> None:
    assert f"native_vector_size = {bytes_at_once} " in resolved(name).device


@pytest.mark.parametrize(("name", "uses_avx512"), [("icelake", True), ("icelake-masked", False)])
def test_no_instruction_that_is_masked_is_generated(name: str, uses_avx512: bool, tmp_path: Path) -> None:
    compiler = IreeCompiler([f"--iree-hal-dump-executable-intermediates-to={tmp_path}"])
    text = """func.func @f(%a: tensor<64xf32>) -> tensor<64xf32> {
      %0 = arith.addf %a, %a : tensor<64xf32>
      return %0 : tensor<64xf32>
    }"""
    with compiler.context:
        module = ir.Module.parse(text)
        device = ir.Attribute.parse(resolved(name).device)
        module.operation.attributes["hal.device.targets"] = ir.ArrayAttr.get([device])
    assert compiler.to_vm_bytecode(compiler.to_stream(module))
    assembly = "".join(path.read_text() for path in tmp_path.glob("*.s"))
    assert ("zmm" if uses_avx512 else "ymm") in assembly
    assert uses_avx512 or "zmm" not in assembly


def test_the_host_of_this_machine() -> None:
    assert not this_machine().lacks(resolve_target(TARGETS["host"]).spec.cpu_features)


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "host"])
def test_targets_say_what_they_need(name: str) -> None:
    target = TARGETS[name]
    checked = CPUS["zen5" if name.startswith("x86") else "m1"].machine.features
    needs = {feature for feature in resolve_target(target).spec.cpu_features if feature in checked}
    if "+neon" in target.isa.features:
        needs.add("fp-armv8")  # the two are one feature of the CPU
    assert needs == set(target.isa.needs)


@pytest.mark.parametrize("device", ['#x<{cpu = "a"}>', '#x<{cpu_features = "avx2"}>'])
def test_features_that_cannot_be_read_are_an_error(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target_device, "_describe", lambda *_: device)
    with pytest.raises(TargetError, match="does not say which CPU features the code for target 'x86-64-v3' uses"):
        resolve_target(TARGETS["x86-64-v3"])
