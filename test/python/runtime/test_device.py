"""Choosing a device, and refusing code of another processor."""

from __future__ import annotations

import gc
import os
import platform
from pathlib import Path

import pytest
from support.mlp_bundle import write_mlp_bundle
from support.recorded_cpus import CPUS

import pock_mlir as pock
from pock_mlir.bundle import TargetSpec
from pock_mlir.errors import InputError, TargetError, listed
from pock_mlir.machine import Machine, architecture, this_machine
from pock_mlir.runtime import cpu
from pock_mlir.runtime.cpu import check_target, fitting_target
from pock_mlir.targets import TARGETS, get_target


def spec(triple: str = "x86_64-unknown-linux-gnu", features: tuple[str, ...] = ()) -> TargetSpec:
    return TargetSpec("some", "llvm-cpu", triple, "some-cpu", features)


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    other = "riscv64-unknown-linux-gnu"
    write_mlp_bundle(tmp_path / "other.pock", target=spec(other))
    here = this_machine().architecture
    with pytest.raises(TargetError, match=rf"other.pock was compiled for riscv64 .*this machine is {here}"):
        pock.load(tmp_path / "other.pock")


def test_a_cpu_without_a_needed_feature_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu, "this_machine", lambda: CPUS["haswell"].machine)
    write_mlp_bundle(tmp_path / "newer.pock", target=spec(features=("avx2", "avx512f", "amx-tile")))
    with pytest.raises(
        TargetError,
        match=r"newer.pock was compiled for the CPU 'some-cpu', this CPU lacks 'avx512f', 'amx-tile'; "
        r"compile it with target 'x86-64-v3', or on this machine with target 'host'",
    ):
        pock.load(tmp_path / "newer.pock")


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("zen4", ()),
        ("zen5", ()),
        ("zen5-no-rdseed", ()),
        ("zen5-virtual", ()),
        ("icelake", ("avx512bf16",)),
        ("sapphirerapids", ()),
        ("skylake-x", ("avx512vnni", "avx512bf16")),
        ("icelake-masked", ("avx512f", "avx512vnni", "avx512bf16")),
        ("haswell", ("avx512f", "avx512vnni", "avx512bf16")),
    ],
)
def test_only_what_code_generation_uses_is_looked_for(name: str, missing: tuple[str, ...]) -> None:
    masked = ("rdseed", "rdrnd", "clwb", "pku", "sha", "wbnoinvd", "shstk", "prefetchi", "mwaitx", "prefer-256-bit")
    target = spec(features=(*masked, "avx2", "fma", "bmi2", "lzcnt", "avx512f", "avx512vnni", "avx512bf16"))
    if not missing:
        check_target(target, "b.pock", CPUS[name].machine)
        return
    with pytest.raises(TargetError) as caught:
        check_target(target, "b.pock", CPUS[name].machine)
    assert f"this CPU lacks {listed(missing)}; " in str(caught.value)


def test_scalar_features_are_looked_for_where_the_kernel_tells_them() -> None:
    target = spec(features=("bmi2", "avx2"))
    with pytest.raises(TargetError, match=r"lacks 'bmi2'.*'x86-64-v2'"):
        check_target(target, "b.pock", CPUS["haswell"].without("bmi2").machine)
    check_target(target, "b.pock", Machine.described("x86_64", CPUS["haswell"].detected))


def test_arm() -> None:
    assert architecture("arm64") == architecture("aarch64-unknown-linux-gnu") == "aarch64"
    target = spec("aarch64-unknown-linux-gnu", ("neon", "fp-armv8", "lse", "dotprod", "crc", "sha2"))
    check_target(target, "b.pock", CPUS["m1"].machine)
    with pytest.raises(TargetError, match="lacks 'lse', 'dotprod'; compile it with target 'aarch64'"):
        check_target(target, "b.pock", CPUS["cortex-a72"].machine)
    with pytest.raises(TargetError, match="this machine is x86_64; compile it with target 'x86-64-v3', or on this"):
        check_target(target, "b.pock", CPUS["haswell"].machine)


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("zen4", "x86-64-v4"),
        ("zen5-no-rdseed", "x86-64-v4"),
        ("skylake-x", "x86-64-v4"),
        ("sapphirerapids", "x86-64-v4"),
        ("icelake-masked", "x86-64-v3"),
        ("haswell", "x86-64-v3"),
        ("cortex-a72", "aarch64"),
        ("m1", "aarch64"),
    ],
)
def test_a_target_that_would_do(name: str, target: str) -> None:
    assert getattr(fitting_target(CPUS[name].machine), "name", None) == target


def test_no_target_would_do() -> None:
    assert fitting_target(CPUS["haswell"].without("sse4", "avx", "fma").machine) is None
    with pytest.raises(TargetError, match="lacks 'avx'; compile it on this machine with target 'host'"):
        check_target(spec(features=("avx",)), "b.pock", CPUS["haswell"].without("sse4", "avx", "fma").machine)


def test_this_cpu_is_read() -> None:
    machine = this_machine()
    assert machine.architecture == architecture(platform.machine())
    always = {"x86_64": "sse3", "aarch64": "fp-armv8"}[machine.architecture]
    assert machine.features[always]


def test_a_cpu_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("iree._runtime_libs.__path__", [str(tmp_path)])
    with pytest.raises(TargetError, match=r"cannot tell what this CPU is able to do: .*iree-cpuinfo.* does not run"):
        this_machine.__wrapped__()


@pytest.mark.parametrize("threads", [0, -1, 1.5, True, "2"])
def test_wrong_threads(bundle: Path, threads: object) -> None:
    with pytest.raises(InputError, match="threads"):
        pock.load(bundle, threads=threads)  # pyright: ignore[reportArgumentType]


def test_devices_by_name(bundle: Path) -> None:
    assert pock.load(bundle, device="local-sync").threads == 1
    assert pock.load(bundle, device="local-task", threads=2).threads == 2
    with pytest.raises(TargetError, match="unknown device 'gpu'"):
        pock.load(bundle, device="gpu")
    with pytest.raises(InputError, match="one thread"):
        pock.load(bundle, device="local-sync", threads=2)


def test_an_unknown_backend(tmp_path: Path) -> None:
    target = TargetSpec("some", "cuda", f"{architecture(platform.machine())}-unknown-linux-gnu", "some-cpu")
    write_mlp_bundle(tmp_path / "gpu.pock", target=target)
    with pytest.raises(TargetError, match="no device for the backend 'cuda'"):
        pock.load(tmp_path / "gpu.pock")


def test_threads_end_with_their_session(bundle: Path) -> None:
    def count() -> int:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208

    pock.load(bundle, threads=2).train_step  # noqa: B018 - what stays after the first session
    gc.collect()
    before = count()
    session = pock.load(bundle, threads=4)
    assert count() >= before + 4
    del session
    gc.collect()
    assert count() <= before


def test_targets_are_known_by_name() -> None:
    assert next(iter(TARGETS)) == "host"
    assert get_target("x86-64-v3").isa.cpu == "x86-64-v3"
    with pytest.raises(TargetError, match="unknown target 'x86-65'; the targets are host, x86-64-v2"):
        get_target("x86-65")
