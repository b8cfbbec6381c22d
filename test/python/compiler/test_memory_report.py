"""What a step holds when: against figures counted by hand, the plan that it is part of, and the pages that show it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest
import torch
from support.manifests import edit_manifest

import pock_mlir as pock
from pock_mlir.bundle import MemoryReport, Timeline, read_bundle
from pock_mlir.cli.app import run
from pock_mlir.cli.memory_sums import peak_sums, planned
from pock_mlir.compiler import timelines

BATCH, INPUTS, HIDDEN, OUTPUTS = 16, 4, 8, 3
HIDDEN_BYTES = BATCH * HIDDEN * 4
OUTPUT_BYTES = BATCH * OUTPUTS * 4
IO_BYTES = BATCH * INPUTS * 4 + BATCH * OUTPUTS * 4 + 4  # inputs, targets, the loss


class Mlp(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = torch.nn.Linear(INPUTS, HIDDEN)
        self.second = torch.nn.Linear(HIDDEN, OUTPUTS)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden = torch.relu(self.first(x))
        return self.second(hidden)


def compiled(scheme: str | pock.Scheme, clip_norm: float | None = None) -> pock.Compiled:
    x, y = torch.randn(BATCH, INPUTS), torch.randn(BATCH, OUTPUTS)
    return pock.compile(Mlp(), (x,), (y,), loss="mse", scheme=scheme, optimizer=pock.SGD(lr=0.1, clip_norm=clip_norm))


HEAD_BIAS = pock.Scheme("head-bias", (pock.Rule("second.bias"),))


@pytest.fixture(scope="module")
def full() -> pock.Compiled:
    return compiled("full")


@pytest.fixture(scope="module")
def sparse() -> pock.Compiled:
    return compiled(HEAD_BIAS)


@pytest.fixture(scope="module")
def bundle(full: pock.Compiled, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return full.save(tmp_path_factory.mktemp("memory") / "full <i>.pock")


def steps_of(step: pock.Compiled) -> tuple[Timeline, ...]:
    return step.memory_report.of("train_step")


def test_saved_values_are_those_counted_by_hand(full: pock.Compiled, sparse: pock.Compiled) -> None:
    """The full update needs the hidden layer and the difference to the targets, the last bias the latter alone."""
    for step, saved in ((full, [HIDDEN_BYTES, OUTPUT_BYTES]), (sparse, [OUTPUT_BYTES])):
        for timeline in steps_of(step):
            held = [value for value in timeline.held if value.category == "saved"]
            assert sorted((value.bytes for value in held), reverse=True) == saved, timeline.stage
            assert timeline.saved_bytes == sum(saved)
        assert step.memory.saved_bytes == sum(saved)
    hidden = max((value for value in steps_of(full)[-1].held if value.category == "saved"), key=lambda v: v.bytes)
    made_by = steps_of(full)[-1].origin(hidden.first)
    assert (made_by.op, made_by.module, hidden.type) == ("matmul", "first", f"{BATCH}x{HIDDEN}xf32")


def test_gradients_are_told_by_their_parameters(full: pock.Compiled) -> None:
    """A weight's gradient is no value of its own where it is made with its update; clipping needs all at once."""
    expected = {name: parameter.numel() * 4 for name, parameter in Mlp().named_parameters()}
    held = {}
    for step in (full, compiled("full", clip_norm=1.0)):
        timeline = steps_of(step)[-1]
        assert {origin.parameter for origin in timeline.origins} >= expected.keys()
        gradients = [value for value in timeline.held if value.category == "gradient"]
        held = {timeline.origin(value.first).parameter: value.bytes for value in gradients}
        assert {name: expected[name] for name in held} == held
        assert ("first.weight" in held) == (step is not full)
    assert held == expected


def test_each_pass_that_decides_what_is_held_is_a_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passes of the stage `memory`; here one of another stage stands for them."""
    monkeypatch.setattr(
        timelines, "stage_of", lambda module: "memory" if module.endswith("forward.sink_transposes") else ""
    )
    model, x, y = Mlp(), torch.randn(BATCH, INPUTS), torch.randn(BATCH, OUTPUTS)
    module = pock.import_model(model, (x,), (y,), loss="mse").train("full").module.clone().operation
    history = timelines.History(module)
    passes = ["pock-prune", "pock-prune", "pock-sink-transposes", "cse", "pock-sink-transposes"]
    for name in passes:
        history.look(name)
    stages = [timeline.stage for timeline in history.timelines]
    assert stages == ["pock-pruning", "pock-sink-transposes", "pock-sink-transposes"]
    assert len({timeline.total for timeline in history.timelines}) == 1


def test_the_peak_is_the_plans(full: pock.Compiled, sparse: pock.Compiled) -> None:
    """What is held is never more than is allocated, and the parts of the planned peak add up to it."""
    for step in (full, sparse):
        memory = step.memory
        for timeline in step.memory_report.timelines:
            if timeline.allocated_bytes is None:
                continue
            assert timeline.peak_bytes <= timeline.allocated_bytes <= 1.2 * timeline.peak_bytes + 256
        timeline = planned(step.memory_report, "train_step")
        assert timeline.allocated_bytes == memory.transient_bytes
        assert timeline.io_bytes == memory.io_bytes == IO_BYTES
        at = memory.peak_at
        assert at is not None
        hungriest = planned(step.memory_report, at.function)
        assert hungriest.total[at.dispatch] == max(hungriest.total)
        assert hungriest.origin(at.dispatch) == at.origin
        assert len(hungriest.ran) == at.dispatches
        sums = peak_sums(step.manifest, hungriest)
        assert sum(sums.values()) == memory.planned_peak_bytes
        assert min(sums.values()) >= 0
    at = full.memory.peak_at
    assert at is not None
    line = Mlp.forward.__code__.co_firstlineno
    lines = {
        origin.line for origin in steps_of(full)[-1].origins if Path(origin.file or "").name == Path(__file__).name
    }
    assert lines <= {line + 1, line + 2}
    assert f"dispatch {at.dispatch + 1} of {at.dispatches} of {at.function}" in str(at)


def test_a_planned_step_runs_in_the_plan(bundle: Path, full: pock.Compiled) -> None:
    session = pock.load(bundle)
    session.train_step(np.zeros((BATCH, INPUTS), np.float32), np.zeros((BATCH, OUTPUTS), np.float32))
    assert abs(session.measured_peak_bytes - full.memory.planned_peak_bytes) <= 0.05 * full.memory.planned_peak_bytes
    assert read_bundle(bundle).memory_report() == full.memory_report
    assert read_bundle(bundle).manifest.memory == full.memory


def test_printed(bundle: Path, sparse: pock.Compiled, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", "--memory", str(bundle)]) == 0
    out = capsys.readouterr().out
    for text in ("saved for backward", "optimizer state", "planned peak", "pock-pruning", "IREE", "^ loss", "first"):
        assert text in out
    smaller = sparse.save(tmp_path / "sparse.pock")
    assert run(["inspect", "--diff", str(bundle), str(smaller)]) == 0
    rows = {line.split("  ")[0].strip(): line.split() for line in capsys.readouterr().out.splitlines()}
    trained = sum(parameter.numel() for parameter in Mlp().parameters())
    assert rows["values trained"][-4:] == [str(trained), "3", f"-{trained - 3}", f"{3 / trained:.2f}"]
    assert rows["saved for backward"][3:9] == ["704", "B", "192", "B", "-512", "B"]
    assert rows["matmul"][1:4] == ["5", "2", "-3"]
    for figure in ("operations of a step", "bytes read", "transients", "planned peak"):
        assert any(word.startswith("-") for word in rows[figure]), rows[figure]


def test_older_bundles_and_damage(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What no session needs keeps none from running; what is not there, or not as it was written, is not shown."""
    older, damaged = (Path(shutil.copytree(bundle, tmp_path / name)) for name in ("older", "damaged"))
    (older / "memory.json").unlink()
    document = json.loads((older / "manifest.json").read_text())
    for field in ("saved_bytes", "peak_at"):
        del document["memory"][field]
    del document["files"]["memory.json"]
    edit_manifest(older, memory=document["memory"], files=document["files"])
    data = (damaged / "memory.json").read_bytes()
    (damaged / "memory.json").write_bytes(data.replace(b'"saved"', b'"savet"', 1))
    for path, problem in ((older, "says nothing of its memory over time"), (damaged, "does not have the hash")):
        pock.load(path)
        assert run(["inspect", str(path)]) == 0
        for option in (["--memory"], ["--html", str(tmp_path / "page.html")]):
            capsys.readouterr()
            assert run(["inspect", *option, str(path)]) == 1
            assert problem in capsys.readouterr().err
    assert read_bundle(older).manifest.memory.peak_at is None


def _changed(report: MemoryReport, change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    document = json.loads(report.to_bytes())
    change(document["timelines"][0])
    return document


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda t: t["held"][0].update(category="x"), "category.*one of saved, gradient, transient"),
        (lambda t: t["held"][0].update(last=99), r"held\[0\]: from 0 to 99 is no part of"),
        (lambda t: t["ran"].append(99), "ran: a dispatch has an origin that is not there"),
        (lambda t: t.update(loss_at=99), "loss_at.*99 is none of the"),
        (lambda t: t.pop("origins"), "origins.*missing"),
        (lambda t: t["origins"][0].pop("op"), r"origins\[0\].*'op': missing"),
    ],
)
def test_wrong_fields_are_named(full: pock.Compiled, change: Callable[[dict[str, Any]], object], problem: str) -> None:
    assert MemoryReport.from_json(_changed(full.memory_report, lambda t: None), "m") == full.memory_report
    with pytest.raises(pock.PockError, match=problem):
        MemoryReport.from_json(_changed(full.memory_report, change), "m")


@pytest.fixture(scope="module")
def page(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "memory.html"
    assert run(["inspect", "--html", str(path), str(bundle)]) == 0
    return path


def test_the_page_shows_the_plan(page: Path, full: pock.Compiled, tmp_path: Path) -> None:
    """What its script has made of it, in a browser that reaches nothing else."""
    text = browse(page, tmp_path, "--dump-dom")
    peak = full.memory.peak_at
    assert peak is not None
    assert f"dispatch {peak.dispatch + 1} of {peak.dispatches} of {peak.function}" in text
    assert "Memory of full &lt;i&gt;.pock</h1>" in text
    assert "Held at the peak" in text
    assert text.count("<path d=") == 3  # an area for each category
    assert "704" in text
    assert 'id="cursor"' in text
    assert "http" not in page.read_text().replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(("width", "is_dark"), [(1200, False), (500, True)])
def test_the_page_can_be_seen(page: Path, tmp_path: Path, width: int, is_dark: bool) -> None:
    """The area of what is saved is there, on a wide screen and a small one, in light and in dark."""
    shot = tmp_path / "shot.png"
    dark = ["--blink-settings=preferredColorScheme=0"] if is_dark else []
    browse(page, tmp_path, f"--window-size={width},1600", f"--screenshot={shot}", "--hide-scrollbars", *dark)
    pixels = read_png(shot)
    assert pixels.shape[1] == width
    saved, background = (
        ((0x5B, 0x8E, 0xF0), (0x12, 0x16, 0x1C)) if is_dark else ((0x35, 0x67, 0xC9), (0xF6, 0xF7, 0xF9))
    )
    shares = [np.all(pixels == color, axis=-1).mean() for color in (saved, background)]
    assert shares[0] > 0.01
    assert shares[1] > 0.02


def browse(page: Path, profile: Path, *options: str) -> str:
    """Has Chromium load a page; returns what it prints."""
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = next(filter(None, map(shutil.which, names)), None)
    assert browser, "this test looks at a page in Chromium: install it (on Debian and Ubuntu: apt install chromium)"
    command = [browser, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile / 'profile'}"]
    return subprocess.run(
        [*command, "--host-resolver-rules=MAP * ~NOTFOUND", *options, page.as_uri()],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout


def read_png(path: Path) -> np.ndarray:
    """Its pixels, rows of columns of red, green and blue, from 0 to 255."""
    return np.round(matplotlib.image.imread(path)[..., :3] * 255).astype(int)
