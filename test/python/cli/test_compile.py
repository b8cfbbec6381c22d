"""`pock compile`: finding the model, options over fields, and a bundle that trains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pock_mlir.cli.model_spec import ModelSpec, load_model_spec
from pock_mlir.errors import CompileError
from pock_mlir.runtime import load
from pock_mlir.schedules import CosineSchedule

Pock = Any

SPEC = """
import torch

def pock_model():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2))
    return {"model": model, "inputs": (torch.randn(4, 3),), "targets": (torch.randn(4, 2),), "loss": "cross_entropy"}
"""


def test_a_model_becomes_a_bundle_that_trains(tmp_path: Path, pock: Pock) -> None:
    (tmp_path / "spec.py").write_text(SPEC)
    result = pock(
        "compile", tmp_path / "spec.py", "-o", tmp_path / "model.pock", "--loss", "mse",
        "--optimizer", "sgd", "--lr", 0.25, "--momentum", 0.5, "-O", "nesterov=true", "--scheme", "bias",
        "--schedule", "cosine", "--warmup-steps", 2, "--total-steps", 8, "--final", 0.5, "-S", "warmup_start=0.1",
        "--timing",
    )  # fmt: skip
    assert result.code == 0, result.err
    assert "planned peak" in result.err
    assert all(name in result.err for name in ("torch.export", "pock-autodiff", "IREE", "total"))
    session = load(tmp_path / "model.pock")
    assert session.schedule == CosineSchedule(total_steps=8, warmup_steps=2, final=0.5, warmup_start=0.1)
    assert session.lr == pytest.approx(0.025) and session.base_lr == 0.25
    assert session.manifest.optimizer["momentum"] == 0.5 and session.manifest.optimizer["nesterov"] is True
    assert {spec.name for spec in session.manifest.parameters if spec.trained} == {"0.bias", "2.bias"}
    x, y = np.ones((4, 3), np.float32), np.ones((4, 2), np.float32)
    losses = [session.train_step(x, y) for _ in range(5)]
    assert losses[-1] < losses[0]


LOSS = """
import torch

class Scaled(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.tensor([1.5, -0.5]))

    def forward(self, outputs, target):
        return torch.nn.functional.mse_loss(outputs * self.scale, target)

def pock_model():
    torch.manual_seed(0)
    return {"model": torch.nn.Linear(3, 2), "inputs": (torch.randn(4, 3),), "targets": (torch.randn(4, 2),),
            "loss": Scaled()}
"""


def test_a_loss_with_parameters_is_compiled_shown_and_trained(tmp_path: Path, pock: Pock) -> None:
    (tmp_path / "spec.py").write_text(LOSS)
    result = pock("compile", tmp_path / "spec.py", "-o", tmp_path / "m.pock", "--optimizer", "adam", "--scheme", "bias")
    assert result.code == 0, result.err
    assert pock("coverage", tmp_path / "spec.py").code == 0
    inspected = pock("inspect", tmp_path / "m.pock")
    rows = [line.split() for line in inspected.out.splitlines()]
    shown = rows.index(["parameters", "of", "the", "loss"])
    assert rows[shown + 2] == ["scale", "[2]", "float32", "parameter", "trained", "8", "B"]
    assert "2 of 8 values are trained" in inspected.out
    data, checkpoint = tmp_path / "data.npz", tmp_path / "c.safetensors"
    np.savez(data, input0=np.ones((4, 3), np.float32), target=np.ones((4, 2), np.float32))
    result = pock("train", tmp_path / "m.pock", "--data", data, "--steps", 3, "--checkpoint", checkpoint)
    assert result.code == 0, result.err
    session = load(tmp_path / "m.pock")
    before = session.loss_state_dict()["scale"]
    session.load_checkpoint(checkpoint)
    assert session.step == 3 and not np.array_equal(session.loss_state_dict()["scale"], before)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no attribute 'pock_model'"),
        ("1 +", "SyntaxError"),
        ("import absent_package", "absent_package"),
        ("pock_model = {'model': 1}", "it has no 'inputs'"),
        ("pock_model = {'model': 1, 'inputs': (), 'data': 2}", "unknown entry 'data'"),
        ("pock_model = 3", "does not describe a model"),
    ],
)
def test_what_describes_no_model(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "wrong_spec.py").write_text(text)
    with pytest.raises(CompileError, match=message):
        load_model_spec(str(tmp_path / "wrong_spec.py"))


def test_ways_to_describe_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "helper_of_spec.py").write_text("inputs = (1,)")
    (tmp_path / "given_spec.py").write_text(
        "from helper_of_spec import inputs\n"
        "from pock_mlir.cli.model_spec import ModelSpec\n"
        "pock_model = {'model': 'a', 'inputs': inputs}\n"
        "def made():\n    return ModelSpec('b', inputs, loss='mse')\n"
        "class Described:\n    model, inputs = 'c', inputs\n"
    )
    path = str(tmp_path / "given_spec.py")
    assert load_model_spec(path) == ModelSpec("a", (1,))
    assert load_model_spec(f"{path}:made") == ModelSpec("b", (1,), loss="mse")
    assert load_model_spec(f"{path}:Described") == ModelSpec("c", (1,))
    monkeypatch.chdir(tmp_path)
    assert load_model_spec("given_spec:made").model == "b"
    with pytest.raises(CompileError, match=r"there is no file absent\.py"):
        load_model_spec("absent.py")
    with pytest.raises(CompileError, match="importing absent_module failed"):
        load_model_spec("absent_module:model")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--target", "x86-65"], "unknown target 'x86-65'"),
        (["--optimizer", "sgdd"], "unknown optimizer 'sgdd'"),
        (["--momentum", "0.9"], "--momentum needs --optimizer"),
        (["--optimizer", "adamw", "--momentum", "0.9"], "'adamw' has no option --momentum"),
        (["--optimizer", "lion", "-O", "betas"], "--optimizer-option betas: expects NAME=VALUE"),
        (["--optimizer", "lion", "-O", "alpha=0.5"], "'lion' has no option --alpha; its options are lr,"),
        (["--total-steps", "9"], "--total-steps needs --schedule, one of constant, linear, cosine, step"),
        (["--schedule", "exponential"], "unknown schedule 'exponential'"),
        (["--schedule", "cosine"], "the schedule 'cosine' needs total_steps"),
        (["--schedule", "constant", "--total-steps", "9"], "the schedule 'constant' has no option 'total_steps'"),
        (["--scheme", "everything"], "everything"),
    ],
)
def test_wrong_options_are_one_line(tmp_path: Path, pock: Pock, options: list[str], message: str) -> None:
    (tmp_path / "spec.py").write_text(SPEC)
    result = pock("compile", tmp_path / "spec.py", "-o", tmp_path / "model.pock", *options)
    assert result.code == 1
    assert message in result.err and result.err.count("\n") == 1
    assert not (tmp_path / "model.pock").exists()
