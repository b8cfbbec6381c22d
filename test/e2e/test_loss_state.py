"""The state of a loss beside the model's: names, state dictionaries, checkpoints, schemes, bundles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn

import pock_mlir as pock
from pock_mlir.bundle import read_manifest
from pock_mlir.bundle.seal import seal
from pock_mlir.schemes import Parameters, resolve, scheme_of

from .test_names import NAMES, Named
from .test_names import batch as named_batch
from .trained_losses import LOSSES, Both, Heads, Loss, batch, parameter, uncertainty


@pytest.mark.parametrize("name", LOSSES)
def test_a_checkpoint_continues(name: str, tmp_path: Path) -> None:
    both = Both(Heads(), LOSSES[name](), tmp_path, "adamw")
    both.train(range(2))
    both.session.save_checkpoint(tmp_path / "two.safetensors")
    other = both.load(tmp_path)
    other.load_checkpoint(tmp_path / "two.safetensors")
    both.assert_equal(other)
    both.train(range(2, 4), other)
    both.assert_equal(other)
    tensors = safetensors.torch.load_file(tmp_path / "two.safetensors")
    names = {f"loss/{key}" for key in both.loss.state_dict()} | both.model.state_dict().keys()
    assert names == {key for key in tensors if not key.startswith("optimizer/")}
    assert {f"optimizer/loss/{key}.exp_avg" for key in both.step.loss_trained} <= tensors.keys()


class NamedLoss(nn.Module):
    """Parameters and buffers whose names are the model's, without a part for all to be named alike."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(3)
        self.names = NAMES
        for index, name in enumerate(NAMES):
            self.register_parameter(name, nn.Parameter(torch.randn(3, generator=generator)))
            if index % 4 == 0:
                self.register_buffer(f"{name}:count", torch.full((3,), float(index)))
        self.exp_avg_ = nn.ParameterDict({"w": nn.Parameter(torch.ones(3)), "exp_avg": nn.Parameter(torch.ones(3))})

    def forward(self, outputs: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        for tensor in (*self.parameters(), *self.buffers()):
            outputs = outputs + 0.1 * tensor
        for buffer in self.buffers():
            buffer.mul_(0.5)
        return (outputs - target).square().mean()


def test_names_of_both_are_apart(tmp_path: Path) -> None:
    model, loss = Named().train(), NamedLoss()
    both = _NamedBoth(model, loss, tmp_path, (pock.AdamW(lr=1e-2), lambda p: torch.optim.AdamW(p, lr=1e-2)))
    both.train(range(2))
    both.session.save_checkpoint(tmp_path / "all.safetensors")
    other = both.load(tmp_path)
    other.load_checkpoint(tmp_path / "all.safetensors")
    both.train(range(2, 4), other)
    both.assert_equal(other)
    other.load_state_dict({name: np.zeros_like(array) for name, array in other.state_dict().items()})
    assert all(array.any() for name, array in other.loss_state_dict().items() if name != "lr:count")
    other.load_loss_state_dict(both.session.loss_state_dict())
    assert not any(array.any() for array in other.state_dict().values())


class _NamedBoth(Both):
    @staticmethod
    def batch(index: int) -> tuple[Any, ...]:
        return named_batch(index)


def test_state_dictionaries_are_apart(tmp_path: Path) -> None:
    both = Both(Heads(), Loss(uncertainty, log_vars=parameter(0.0, 0.0), weight=torch.ones(2)), tmp_path, "adamw")
    session = both.session
    assert session.state_dict().keys() == Heads().state_dict().keys()
    assert session.loss_state_dict().keys() == {"log_vars", "weight"}
    model = session.state_dict()
    session.load_loss_state_dict({"log_vars": torch.tensor([1.0, 2.0], dtype=torch.float64), "weight": np.zeros(2)})
    assert session.loss_state_dict()["log_vars"].tolist() == [1, 2]
    assert all(np.array_equal(model[name], array) for name, array in session.state_dict().items())
    session.load_loss_state_dict({"log_vars": np.full(2, 3.0, np.float32), "absent": 0}, strict=False)
    for values, message in (
        ({"log_vars": np.zeros(2, np.float32)}, "does not fit this bundle's loss: no value for 'weight'"),
        ({"log_vars": np.zeros(2), "weight": np.zeros(2), "classes.weight": 0}, "unknown name 'classes.weight'"),
        ({"log_vars": np.zeros(3), "weight": np.zeros(2)}, r"'log_vars' is float32\[3\], expected float32\[2\]"),
    ):
        with pytest.raises(pock.PockError, match=message):
            session.load_loss_state_dict(values)
    with pytest.raises(pock.PockError, match="does not fit this bundle's model: unknown name 'log_vars'"):
        session.load_state_dict(session.state_dict() | {"log_vars": np.zeros(2, np.float32)})
    assert session.loss_state_dict()["log_vars"].tolist() == [3, 3]


def test_losses_without_state(tmp_path: Path) -> None:
    step = pock.compile(nn.Linear(3, 2), (torch.randn(4, 3),), torch.randn(4, 2), loss="mse")
    session = pock.load(step.save(tmp_path / "m.pock"))
    assert session.loss_state_dict() == {} and step.loss_trained == ()
    session.load_loss_state_dict({})
    with pytest.raises(pock.PockError, match="unknown name 'w'"):
        session.load_loss_state_dict({"w": np.zeros(2)})


def test_the_manifest_says_whose_a_parameter_is(tmp_path: Path) -> None:
    model = Heads()
    both = Both(model, Loss(uncertainty, log_vars=parameter(0.0, 0.0), weight=model.weight), tmp_path, "adamw")
    manifest = read_manifest(tmp_path / "both.pock")
    assert manifest.parameters == both.step.manifest.parameters
    specs = {spec.symbol: spec for spec in manifest.parameters}
    assert (specs["loss.log_vars"].owner, specs["loss.log_vars"].name) == ("loss", "log_vars")
    assert (specs["model.weight"].owner, specs["model.weight"].loss_names) == ("model", ("weight",))
    assert "loss.weight" not in specs and specs["model.loss.weight"].loss_names == ()
    assert {"loss/log_vars.exp_avg", "weight.exp_avg", "loss.weight.exp_avg"} <= {s.name for s in manifest.state}
    assert [spec.name for spec in manifest.loss_parameters] == ["log_vars"]


# Checkpoints of other losses, and files from before losses had parameters.


def checkpoint_of(loss: Any, folder: Path, scheme: str = "full") -> Path:
    x, *targets = batch(0)
    step = pock.compile(Heads(), (x,), tuple(targets), loss=loss, optimizer=pock.AdamW(lr=0.01), scheme=scheme)
    session = pock.load(step.save(folder / "other.pock"), threads=1)
    session.train_step(x.numpy(), *(t.numpy() for t in targets))
    session.save_checkpoint(folder / "other.safetensors")
    return folder / "other.safetensors"


@pytest.mark.parametrize("other", ["layer", None])
def test_a_checkpoint_of_another_loss(other: str | None, tmp_path: Path) -> None:
    loss = LOSSES[other]() if other else (lambda outputs, classes, value: outputs[2].square().mean())
    path = checkpoint_of(loss, tmp_path)
    both = Both(Heads(), LOSSES["uncertainty"](), tmp_path, "adamw")
    both.train(range(1))
    before, state = both.session.loss_state_dict(), both.session.state_dict()
    for optimizer in (True, False):
        with pytest.raises(pock.PockError, match=r"this bundle's loss: no value for 'log_vars'.*loss=False\) leaves"):
            both.session.load_checkpoint(path, optimizer=optimizer)
    assert all(np.array_equal(state[name], array) for name, array in both.session.state_dict().items())
    both.session.load_checkpoint(path, optimizer=other is not None, loss=False)
    assert not np.array_equal(both.session.state_dict()["weight"], state["weight"])
    assert np.array_equal(both.session.loss_state_dict()["log_vars"], before["log_vars"])


def _as_version_3(bundle: Path) -> None:
    """A bundle as it was written before the parameters of losses were told apart."""
    document = json.loads((bundle / "manifest.json").read_text())
    document["format_version"] = 3
    for spec in document["parameters"]:
        del spec["owner"], spec["loss_names"]
    document.pop("sha256", None)
    (bundle / "manifest.json").write_bytes(seal(document))


def test_files_from_before_losses_had_parameters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pock_mlir.runtime import checkpoint

    write = checkpoint.write_tensor_file
    with monkeypatch.context() as patch:
        patch.setattr(
            checkpoint,
            "write_tensor_file",
            lambda p, t, m, sealed: write(p, t, {k: m[k] for k in m if k != "loss_prefix"}, sealed=sealed),
        )
        path = checkpoint_of(lambda outputs, classes, value: outputs[2].square().mean(), tmp_path)
    _as_version_3(tmp_path / "other.pock")
    old = pock.load(tmp_path / "other.pock", threads=1)
    old.load_checkpoint(path)
    assert old.step == 1 and old.loss_state_dict() == {}
    x, *targets = batch(1)
    old.train_step(x.numpy(), *(t.numpy() for t in targets))
    # A bundle with a loss of which a step changes nothing takes it, one with trained parameters says so.
    for trained in (False, True):
        loss = LOSSES["uncertainty"]().requires_grad_(trained)
        both = Both(Heads(), loss, tmp_path, "adamw")
        if trained:
            with pytest.raises(pock.PockError, match="no value for 'log_vars'"):
                both.session.load_checkpoint(path)
        else:
            both.session.load_checkpoint(path, optimizer=False)
            assert np.array_equal(both.session.loss_state_dict()["log_vars"], loss.log_vars.numpy())


# Schemes.

RULES = {
    "full": ("full", ["weight", "bias", "loss:w"], ["w", "bias"]),
    "bias": ("bias", ["bias"], ["w", "bias"]),
    "frozen": (pock.Scheme("s", [pock.Rule("bias"), pock.Rule("loss:*", "frozen")]), ["bias"], []),
    "one": (
        pock.Scheme("s", [pock.Rule("loss:*", "frozen"), pock.Rule("loss:b*")], default="full"),
        ["weight", "bias", "loss:w"],
        ["bias"],
    ),
    "all of the model": (pock.Scheme("s", [pock.Rule("*", "frozen"), pock.Rule("weight")]), ["weight"], ["w", "bias"]),
    "unfrozen": (pock.Scheme("s", [pock.Rule("bias")], unfreeze=["loss:kept"]), ["bias"], ["w", "bias", "kept"]),
    "a name in full is the model's": (pock.Scheme("s", [pock.Rule("loss:w")]), ["loss:w"], ["w", "bias"]),
    "so this is the loss's": (
        pock.Scheme("s", [pock.Rule("weight"), pock.Rule("loss:[w]", "frozen")]),
        ["weight"],
        ["bias"],
    ),
    "the loss alone": (pock.Scheme("s", default="frozen"), [], ["w", "bias"]),
}


@pytest.mark.parametrize("name", RULES)
def test_rules_for_model_and_loss(name: str) -> None:
    scheme, of_model, of_loss = RULES[name]
    loss = Parameters.named(["w", "bias", "kept"], {"kept"})
    model = Parameters.named(["weight", "bias", "loss:w"])
    resolved = resolve(scheme_of(scheme, model), model, loss)
    assert [list(resolved.model), list(resolved.loss)] == [of_model, of_loss]
    assert pock.Scheme.from_json(resolved.scheme.to_json(), "here") == resolved.scheme


@pytest.mark.parametrize(
    ("scheme", "message"),
    [
        (pock.Scheme("s", [pock.Rule("loss:x")]), r"'loss:x' matches no parameter; the loss's are named like 'loss:w'"),
        (pock.Scheme("s", [pock.Rule("w")]), r"'w' matches no parameter; the model's are named like 'weight'"),
        (
            pock.Scheme("s", [pock.Rule("loss:kept")]),
            "matches only parameters that the loss has frozen, such as 'kept'",
        ),
        (pock.Scheme("s", [pock.Rule("loss:*", "frozen")]), "trains no parameter of the model"),
    ],
)
def test_rules_that_are_refused(scheme: pock.Scheme, message: str) -> None:
    with pytest.raises(pock.PockError, match=message):
        resolve(scheme, Parameters.named(["weight"]), Parameters.named(["w", "kept"], {"kept"}))


def test_a_loss_without_parameters_has_none_to_name() -> None:
    scheme = pock.Scheme("s", [pock.Rule("loss:*")], default="full")
    with pytest.raises(pock.PockError, match=r"the loss has no parameters of its own \(what it shares"):
        resolve(scheme, Parameters.named(["weight"]))


@pytest.mark.parametrize(
    ("rules", "of_model", "of_loss"),
    [
        ("scheme: bias", ["loss.bias", "classes.bias", "value.bias"], ["weight.weight", "weight.bias"]),
        ("rules: [{match: '*.weight'}, {match: 'loss:*.bias', update: frozen}]",
         ["loss.weight", "classes.weight", "value.weight"], ["weight.weight"]),
    ],
)  # fmt: skip
def test_a_scheme_trains_as_torch(rules: str, of_model: list[str], of_loss: list[str], tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(rules)
    scheme = rules.removeprefix("scheme: ") if rules.startswith("scheme") else str(tmp_path / "rules.yaml")
    both = Both(Heads(), LOSSES["layer"](), tmp_path, scheme=scheme, verify="compiled")
    assert (list(both.step.trained), list(both.step.loss_trained)) == (of_model, of_loss)
    assert both.step.verification == "verified"
    both.train(range(3))
    both.assert_equal()


def test_last_blocks_train_the_loss_too(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model, loss = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3)), _Scaled()
    step = pock.compile(model, (torch.randn(4, 3),), torch.randn(4, 3), loss=loss, scheme="last-blocks:1")
    assert (step.trained, step.loss_trained) == (("1.weight", "1.bias"), ("weight",))
    assert "before-pruning" in step.manifest.statistics["ops"]


class _Scaled(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(3))

    def forward(self, outputs: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return nn.functional.mse_loss(outputs * self.weight, target)
