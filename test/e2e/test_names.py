"""Names are data: what a user calls parameters, buffers and inputs meets none of our own names, and no pattern."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn

import pock_mlir as pock

OURS = ["lr", "step", "set", "loss_scale", "train_step", "predict", "apply_gradients", "exp_avg", "parameter", "model"]
ODD = [
    "a*",
    "[0]",
    "?",
    "a b",
    'a"b',
    "it's",
    "both\"'",
    "x{y",
    "a,b",
    "back\\slash",
    "é",
    "a\nb",
    "lambda",
    "a::b",
    "%p",
    "a/b",
]
PREFIXES = ["optimizer/lr", "/optimizer/w", "loss/w"]
NAMES = [*OURS, *ODD, *PREFIXES]


class Named(nn.Module):
    """A sum of products with all its parameters; every name stands for a parameter, some with `:count` for a buffer."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.names = NAMES
        for index, name in enumerate(NAMES):
            self.register_parameter(name, nn.Parameter(torch.randn(3, generator=generator)))
            if index % 4 == 0:
                self.register_buffer(f"{name}:count", torch.full((3,), float(index)))
        self.get = nn.ModuleDict({"rng": Scaled(1.5), "lr": Scaled(0.5), 'm"x': Scaled(2.0), "step": nn.Dropout(0.2)})
        self.exp_avg_ = Nested()

    def forward(self, step: torch.Tensor, lr: torch.Tensor, train_step: torch.Tensor) -> torch.Tensor:
        x = step + lr * train_step
        for name in self.names:
            x = x + step * getattr(self, name)
        for buffer in self.buffers():
            if self.training:
                buffer.add_(1.0)
        for module in self.get.values():
            x = module(x) if isinstance(module, Scaled) else x
        return self.exp_avg_(x)


class Scaled(nn.Module):
    def __init__(self, value: float) -> None:
        super().__init__()
        self.seed = nn.Parameter(torch.full((3,), value))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.seed


class Nested(nn.Module):
    """A parameter `w` beside one that is called as a state of `w` would be."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.ones(3))
        self.exp_avg = nn.ParameterDict({"w": nn.Parameter(torch.full((3,), 2.0))})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.w + self.exp_avg["w"]


def batch(seed: int) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    inputs = {name: torch.randn(2, 3, generator=generator) for name in ("step", "lr", "train_step")}
    return inputs, torch.randn(2, 3, generator=generator)


def train_torch(model: nn.Module, count: int, *, accumulate: int = 1) -> list[float]:
    optimizer, losses = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2), []
    for index in range(count):
        inputs, target = batch(index)
        loss = nn.functional.mse_loss(model(**inputs), target)
        (loss / accumulate).backward()
        losses.append(loss.item())
        if (index + 1) % accumulate == 0:
            optimizer.step()
            optimizer.zero_grad()
    return losses


def train_ours(session: pock.Session, steps: range) -> list[float]:
    losses = []
    for index in steps:
        inputs, target = batch(index)
        losses.append(session.train_step({name: x.numpy() for name, x in inputs.items()}, target.numpy()))
    return losses


def assert_equal(session: pock.Session, reference: nn.Module) -> None:
    state = session.state_dict()
    assert state.keys() == reference.state_dict().keys()
    for name, tensor in reference.state_dict().items():
        np.testing.assert_allclose(state[name], tensor.numpy(), rtol=1e-4, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("accumulate", [1, 2])
def test_any_name_trains(accumulate: int, tmp_path: Path) -> None:
    model = Named().train()
    reference = copy.deepcopy(model)
    inputs, target = batch(0)
    step = pock.compile(model, inputs, target, loss="mse", optimizer=pock.AdamW(lr=1e-2, accumulate=accumulate))
    assert set(step.trained) == {name for name, _ in reference.named_parameters()}
    session = pock.load(step.save(tmp_path / "model.pock"))
    losses = train_torch(reference, 4, accumulate=accumulate)
    np.testing.assert_allclose(train_ours(session, range(2)), losses[:2], rtol=1e-5)
    session.save_checkpoint(tmp_path / "all.safetensors")
    other = pock.load(tmp_path / "model.pock")
    other.load_checkpoint(tmp_path / "all.safetensors")
    np.testing.assert_allclose(train_ours(other, range(2, 4)), losses[2:], rtol=1e-5)
    assert_equal(other, reference)
    tensors = safetensors.torch.load_file(tmp_path / "all.safetensors")
    assert reference.state_dict().keys() < tensors.keys()
    assert "//optimizer/step" in tensors or "/optimizer/step" in tensors


def test_names_in_a_scheme(tmp_path: Path) -> None:
    """In full, or as patterns that match them alone."""
    model = Named().train()
    reference = copy.deepcopy(model)
    names = [*NAMES[::2], "get.lr.seed", "exp_avg_.exp_avg.w", 'get.m"x.seed']
    for other, parameter in reference.named_parameters():
        parameter.requires_grad = other in names
    inputs, target = batch(0)
    scheme = pock.Scheme("some", [pock.Rule(escaped(n) if i % 2 else n) for i, n in enumerate(names)])
    step = pock.compile(model, inputs, target, loss="mse", optimizer=pock.AdamW(lr=1e-2), scheme=scheme)
    assert set(step.trained) == set(names)
    session = pock.load(step.save(tmp_path / "model.pock"))
    np.testing.assert_allclose(train_ours(session, range(3)), train_torch(reference, 3), rtol=1e-5)
    assert_equal(session, reference)


def escaped(name: str) -> str:
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)


class Blocks(nn.Module):
    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([nn.Linear(3, 3) for _ in range(2)])
        for block in self.blocks:
            for name in names:
                block.register_parameter(name, nn.Parameter(torch.ones(3)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for block in self.blocks:
            x = block(x)
            for name in ODD:
                x = x * getattr(block, name)
        return x


def test_blocks_are_found_by_their_names_not_by_patterns() -> None:
    model = Blocks(ODD)
    step = pock.compile(model, (torch.randn(2, 3),), torch.randn(2, 3), loss="mse", scheme="last-blocks:1")
    assert set(step.trained) == {f"blocks.1.{name}" for name in [*ODD, "weight", "bias"]}


def test_an_input_called_target_is_not_the_target() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 3)

        def forward(self, target: torch.Tensor, target_: torch.Tensor) -> torch.Tensor:
            return self.layer(target) + target_

    inputs = {"target": torch.randn(2, 3), "target_": torch.randn(2, 3)}
    manifest = pock.compile(Model(), inputs, torch.randn(2, 3), loss="mse").manifest
    assert [spec.name for spec in (*manifest.inputs, *manifest.targets)] == ["target", "target_", "target__"]


def test_scaled_loss_and_random_numbers_beside_such_names(tmp_path: Path) -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.loss_scale = nn.Linear(4, 4)
            self.rng = Scaled(1.0)
            self.drop = nn.Dropout(0.5)
            self.step = nn.Linear(4, 3)

        def forward(self, lr: torch.Tensor) -> torch.Tensor:
            return self.rng(self.step(self.drop(torch.relu(self.loss_scale(lr)))))

    inputs, target = {"lr": torch.randn(2, 4)}, torch.randn(2, 3)
    step = pock.compile(Model().train(), inputs, target, loss="mse", optimizer=pock.AdamW(lr=1e-2), precision="f16")
    names = {spec.name for spec in step.manifest.state}
    assert {"lr", "step", "rng.seed", "rng.step", "loss_scale", "loss_scale.steps", "rng.seed.exp_avg"} <= names
    session = pock.load(step.save(tmp_path / "model.pock"))
    assert all(np.isfinite(session.train_step({"lr": inputs["lr"].numpy()}, target.numpy())) for _ in range(3))
    assert session.step == 3


def test_what_is_not_loaded_is_not_counted_whatever_it_is_called(tmp_path: Path) -> None:
    """Names that stand in any module's bytes all the same."""
    model = nn.Sequential(nn.Linear(16, 64, bias=False), nn.Linear(64, 16))
    for name in ("w", "parameter", "state", "lr", "hal"):
        model.register_buffer(name, torch.ones(64, 64))
        model.register_parameter(f"{name}_", nn.Parameter(torch.ones(64, 64)))
    x, y = torch.randn(2, 16), torch.randn(2, 16)
    scheme = pock.Scheme("head", (pock.Rule("1.*"),))
    step = pock.compile(model, (x,), y, loss="mse", scheme=scheme)
    assert {spec.name for spec in step.manifest.parameters if spec.used} == {"0.weight", "1.weight", "1.bias"}
    assert not step.manifest.allocates_on_queue
    session = pock.load(step.save(tmp_path / "model.pock"))
    session.train_step(x.numpy(), y.numpy())
    assert session.mapped_parameter_bytes == 64 * 16 * 4
    assert abs(session.measured_peak_bytes / step.memory.planned_peak_bytes - 1) < 0.01
