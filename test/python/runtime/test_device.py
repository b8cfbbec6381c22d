"""Choosing a device, and refusing code of another processor."""

from __future__ import annotations

import gc
import os
import platform
from pathlib import Path

import pytest
from support.mlp_bundle import write_mlp_bundle

import pock_mlir as pock
from pock_mlir.bundle import TargetSpec
from pock_mlir.errors import InputError, TargetError
from pock_mlir.runtime import cpu
from pock_mlir.runtime.cpu import check_target
from pock_mlir.targets import TARGETS, get_target


def spec(triple: str = "x86_64-unknown-linux-gnu", features: tuple[str, ...] = ()) -> TargetSpec:
    return TargetSpec("some", "llvm-cpu", triple, "some-cpu", features)


@pytest.fixture
def x86(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "AMD64")
    monkeypatch.setattr(cpu, "host_cpuinfo", lambda: frozenset(["fpu", "pni", "sse4_2", "avx2", "fma", "abm", "bmi1"]))


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    other = "riscv64-unknown-linux-gnu"
    write_mlp_bundle(tmp_path / "other.pock", target=spec(other))
    with pytest.raises(
        TargetError, match=rf"other.pock was compiled for riscv64 .*this machine is {cpu.host_architecture()}"
    ):
        pock.load(tmp_path / "other.pock")


def test_a_cpu_without_a_needed_feature_is_refused(tmp_path: Path, x86: None) -> None:
    write_mlp_bundle(tmp_path / "newer.pock", target=spec(features=("avx2", "avx512f", "amx-tile")))
    with pytest.raises(
        TargetError, match=r"newer.pock was compiled for the CPU 'some-cpu', this CPU lacks 'avx512f', 'amx-tile'"
    ):
        pock.load(tmp_path / "newer.pock")


@pytest.mark.usefixtures("x86")
def test_features_under_their_kernel_names_and_unknown_ones_pass() -> None:
    check_target(spec(features=("sse3", "sse4.2", "crc32", "+lzcnt", "bmi", "fma", "prefer-256-bit")), "b.pock")


@pytest.mark.usefixtures("x86")
def test_arm_spellings_are_one_architecture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    monkeypatch.setattr(cpu, "host_cpuinfo", lambda: frozenset(["fp", "asimd", "atomics"]))
    check_target(spec("aarch64-unknown-linux-gnu", ("neon", "fp-armv8", "lse")), "b.pock")
    with pytest.raises(TargetError, match="lacks 'dotprod', 'i8mm'"):
        check_target(spec("aarch64-unknown-linux-gnu", ("dotprod", "i8mm", "lse")), "b.pock")


def test_a_platform_that_reports_nothing_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu, "host_cpuinfo", frozenset)
    check_target(spec(f"{cpu.host_architecture()}-unknown-linux-gnu", ("avx512f", "sve")), "b.pock")


def test_this_cpu_is_read() -> None:
    if platform.system() == "Linux":
        assert cpu.host_cpuinfo()


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
    target = TargetSpec("some", "cuda", f"{cpu.host_architecture()}-unknown-linux-gnu", "some-cpu")
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
    assert get_target("x86-64-v3").cpu == "x86-64-v3"
    with pytest.raises(TargetError, match="unknown target 'x86-65'; the targets are host, x86-64-v2"):
        get_target("x86-65")
