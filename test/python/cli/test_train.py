"""`pock train`: metrics, plot, checkpoints, resuming, and Ctrl-C."""

from __future__ import annotations

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.manifests import edit_manifest
from support.mlp_bundle import write_mlp_bundle

from pock_mlir.runtime import load
from pock_mlir.schedules import LinearSchedule

Pock = Any


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_learns_and_reports(bundle: Path, data: Path, tmp_path: Path, pock: Pock) -> None:
    metrics, plot, checkpoint = tmp_path / "m.jsonl", tmp_path / "loss.png", tmp_path / "c.safetensors"
    result = pock(
        "train", bundle, "--data", data, "--eval-data", data, "--epochs", 8,
        "--metrics", metrics, "--plot", plot, "--checkpoint", checkpoint,
    )  # fmt: skip
    assert result.code == 0, result.err
    assert "80 steps, loss" in result.err and "mse" in result.err
    events = lines(metrics)
    steps = [event for event in events if event["event"] == "train"]
    assert [event["step"] for event in steps] == list(range(1, 81))  # 43 samples: 10 full batches of 4 per epoch
    assert steps[10]["epoch"] == 1
    assert {"loss", "lr", "samples_per_second", "seconds"} <= set(steps[0])
    values = [event["value"] for event in events if event["event"] == "eval"]
    assert len(values) == 8 and values[-1] < 0.5 * values[0]
    assert plot.read_bytes().startswith(b"\x89PNG")
    session = load(bundle)
    session.load_checkpoint(checkpoint)
    assert session.step == 80


def test_metrics_as_csv(bundle: Path, data: Path, tmp_path: Path, pock: Pock) -> None:
    assert (
        pock("train", bundle, "--data", data, "--steps", 3, "--eval-data", data, "--metrics", tmp_path / "m.csv").code
        == 0
    )
    with (tmp_path / "m.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["event"] for row in rows] == ["train", "train", "train", "eval"]
    assert float(rows[0]["loss"]) > 0 and rows[3]["metric"] == "mse"


def test_resuming_continues_the_same_run(bundle: Path, data: Path, tmp_path: Path, pock: Pock) -> None:
    whole, parts = tmp_path / "whole.jsonl", tmp_path / "parts.jsonl"
    checkpoint = tmp_path / "c.safetensors"
    assert pock("train", bundle, "--data", data, "--epochs", 3, "--seed", 7, "--metrics", whole).code == 0
    common = ("train", bundle, "--data", data, "--seed", 7, "--metrics", parts, "--checkpoint", checkpoint, "--resume")
    assert pock(*common, "--steps", 13).code == 0
    assert pock(*common, "--epochs", 3).code == 0
    assert [event["loss"] for event in lines(parts)] == [event["loss"] for event in lines(whole)]
    again = pock(*common, "--epochs", 3)
    assert again.code == 0 and "nothing to do: 30 of 30 steps" in again.err


def test_order_without_shuffling(bundle: Path, data: Path, tmp_path: Path, pock: Pock) -> None:
    assert (
        pock("train", bundle, "--data", data, "--steps", 2, "--no-shuffle", "--metrics", tmp_path / "m.jsonl").code == 0
    )
    with np.load(data) as arrays:
        x, y = arrays["x"], arrays["y"]
    session = load(bundle)
    expected = [session.train_step(x[start : start + 4], y[start : start + 4]) for start in (0, 4)]
    assert [event["loss"] for event in lines(tmp_path / "m.jsonl")] == pytest.approx(expected)


def test_learning_rate_option(bundle: Path, data: Path, tmp_path: Path, pock: Pock) -> None:
    assert pock("train", bundle, "--data", data, "--steps", 1, "--lr", 0.5, "--metrics", tmp_path / "m.jsonl").code == 0
    assert lines(tmp_path / "m.jsonl")[0]["lr"] == 0.5


def test_a_schedule(data: Path, tmp_path: Path, pock: Pock) -> None:
    """The rate in the metrics is that of each step; --lr is the base rate; resuming goes on with both."""
    schedule = LinearSchedule(total_steps=5, warmup_steps=1)
    write_mlp_bundle(tmp_path / "s.pock", schedule=schedule.to_json())
    common = ("train", tmp_path / "s.pock", "--data", data, "--metrics", tmp_path / "m.jsonl")
    resume = ("--checkpoint", tmp_path / "c.safetensors", "--resume")
    assert pock(*common, *resume, "--lr", 0.5, "--steps", 3).code == 0
    assert pock(*common, *resume, "--steps", 7).code == 0
    rates = [0.0, 0.5, 0.375, 0.25, 0.125, 0.0, 0.0]
    assert [event["lr"] for event in lines(tmp_path / "m.jsonl")] == rates


def test_a_diverging_loss_keeps_the_checkpoint(bundle: Path, data: Path, tmp_path: Path, pock: Pock) -> None:
    checkpoint = tmp_path / "c.safetensors"
    assert pock("train", bundle, "--data", data, "--steps", 1, "--checkpoint", checkpoint).code == 0
    good = checkpoint.read_bytes()
    result = pock("train", bundle, "--data", data, "--epochs", 20, "--lr", 1e6, "--checkpoint", checkpoint)
    assert result.code == 1 and "lower the learning rate" in result.err
    assert checkpoint.read_bytes() == good


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--epochs", "1", "--steps", "1"], "--epochs or --steps"),
        (["--resume"], "--resume needs --checkpoint"),
        (["--checkpoint", "absent/c.safetensors"], "the directory of the checkpoint"),
        (["--metrics", "m.txt"], "must end in .jsonl or .csv"),
        (["--plot", "loss.gif"], "must end in .png"),
        (["--eval-data", "absent.npz"], "there is no file absent.npz"),
        (["--lr", "-1"], "not negative"),
    ],
)
def test_wrong_options_are_one_line(bundle: Path, data: Path, pock: Pock, arguments: list[str], message: str) -> None:
    result = pock("train", bundle, "--data", data, *arguments)
    assert result.code == 1
    assert message in result.err and result.err.count("\n") == 1


def test_ctrl_c_saves_and_says_how_to_resume(bundle: Path, data: Path, tmp_path: Path, pock: Pock) -> None:
    checkpoint, metrics, plot = tmp_path / "c.safetensors", tmp_path / "m.jsonl", tmp_path / "loss.svg"
    arguments = [
        "train",
        bundle,
        "--data",
        data,
        "--steps",
        10_000_000,
        "--checkpoint",
        checkpoint,
        "--metrics",
        metrics,
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", "from pock_mlir.cli import main; main()", *map(str, arguments), "--plot", str(plot)],
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not (metrics.exists() and metrics.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "the same command with --resume continues from" in " ".join(err.split())
    steps = [event["step"] for event in lines(metrics)]
    session = load(bundle)
    session.load_checkpoint(checkpoint)
    assert session.step == steps[-1] == len(steps)
    assert plot.read_text().lstrip().startswith("<?xml")
    assert pock(*arguments[:4], "--steps", steps[-1] + 2, *arguments[6:], "--resume").code == 0
    assert len(lines(metrics)) == steps[-1] + 2


def test_accuracy_of_class_labels(bundle: Path, tmp_path: Path) -> None:
    from pock_mlir.cli.arrays import Samples
    from pock_mlir.cli.evaluation import evaluate, metric_name

    path = Path(shutil.copytree(bundle, tmp_path / "labels.pock"))
    signatures = json.loads((path / "manifest.json").read_text())["signatures"]
    signatures[0]["targets"] = [{"name": "y", "shape": [4], "dtype": "int64", "range": [0, 2], "ignore": -100}]
    edit_manifest(path, signatures=signatures)
    session = load(path)
    x = np.random.default_rng(0).standard_normal((6, 3), dtype=np.float32)
    outputs = [session.predict(batch) for batch in (x[:4], x[[4, 5, 5, 5]])]
    labels = np.concatenate(outputs)[:6].argmax(-1)
    labels[0] = 1 - labels[0]
    labels[1] = -100
    np.savez(tmp_path / "d.npz", x=x, y=labels)
    assert metric_name(session) == "accuracy"
    assert evaluate(session, Samples(tmp_path / "d.npz", (*session.inputs, *session.targets))) == pytest.approx(4 / 5)


def test_the_metrics_file_must_be_writable(bundle: Path, data: Path, tmp_path: Path, pock: Pock) -> None:
    result = pock("train", bundle, "--data", data, "--metrics", tmp_path / "absent" / "m.jsonl")
    assert result.code == 1 and "cannot write the metrics file" in result.err
