"""Slices of parameters train as PyTorch trains them with its gradients masked, and cost memory only for themselves.

The reference sets the gradient of all other channels to zero, and undoes what weight decay would do to them.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from torch import nn
from torch.nn import functional as F

import pock_mlir as pock
from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.errors import CheckpointError
from pock_mlir.optimizers import Optimizer

STEPS = 5


class Mixed(nn.Module):
    """A convolution of each kind, an embedding whose table is the output matrix too, norms and linear layers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.grouped = nn.Conv2d(8, 12, 3, groups=4, padding=1, bias=False)
        self.batch_norm = nn.BatchNorm2d(12)
        self.depthwise = nn.Conv2d(12, 12, 3, groups=12, stride=2, padding=1)
        self.patches = nn.Conv2d(12, 6, 2, stride=2)
        self.embedding = nn.Embedding(20, 6, padding_idx=3)
        self.norm = nn.LayerNorm(6)
        self.linear = nn.Linear(6, 10)
        self.back = nn.Linear(10, 6, bias=False)

    def forward(self, image: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        x = F.relu6(self.batch_norm(self.grouped(F.relu(self.conv(image)))))
        x = self.patches(F.relu(self.depthwise(x))).mean((2, 3))
        x = x + self.back(F.gelu(self.linear(self.norm(self.embedding(tokens))))).mean(1)
        return x @ self.embedding.weight.T


RULES = (
    pock.Rule("conv.weight", "slice", indices=(2, 3, 4)),
    pock.Rule("conv.bias", "slice", indices=(1, 4, 5)),
    pock.Rule("grouped.weight", "slice", indices=(3, 4, 5, 6)),
    pock.Rule("batch_norm.weight", "slice", ratio=0.5),
    pock.Rule("batch_norm.bias", "slice", indices=(0, 11)),
    pock.Rule("depthwise.weight", "slice", indices=(1, 6, 7)),
    pock.Rule("patches.weight", "slice", of="input", ratio=0.25),
    pock.Rule("embedding.weight", "slice", of="input", indices=(1, 3, 4, 7, 11, 12, 13, 19)),
    pock.Rule("norm.weight", "slice", ratio=0.5),
    pock.Rule("linear.weight", "slice", of="input", indices=(0, 3, 5)),
    pock.Rule("linear.bias", "slice", indices=(5, 6, 7, 8, 9)),
    pock.Rule("back.weight", "slice", ratio=0.4),
)
OTHER_AXES = (
    pock.Rule("conv.weight", "slice", of="input", indices=(0, 2)),
    pock.Rule("grouped.weight", "slice", of="input", indices=(1,)),
    pock.Rule("depthwise.weight", "slice", ratio=0.5),
    pock.Rule("patches.weight", "slice", indices=(0, 1, 4)),
    pock.Rule("embedding.weight", "slice", of="output", ratio=0.5),
    pock.Rule("linear.weight", "slice", ratio=0.3),
    pock.Rule("back.weight", "slice", of="input", indices=(0, 1, 2, 9)),
)


class Small(nn.Module):
    """A convolution, an embedding, a norm and a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3)
        self.embedding = nn.Embedding(20, 6)
        self.norm = nn.LayerNorm(6)
        self.linear = nn.Linear(6, 20)

    def forward(self, image: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.conv(image)).mean((2, 3)) + self.embedding(tokens).mean(1)
        return self.linear(F.relu(self.norm(x)))


SMALL_RULES = (
    pock.Rule("conv.weight", "slice", indices=(2, 3, 4)),
    pock.Rule("embedding.weight", "slice", of="input", indices=(1, 3, 4, 7, 11, 12, 13, 19)),
    pock.Rule("norm.weight", "slice", ratio=0.5),
    pock.Rule("linear.weight", "slice", of="input", indices=(0, 3, 5)),
    pock.Rule("linear.bias", "slice", indices=tuple(range(5, 20))),
)
SGD = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}
CASES = {
    "sgd": (Mixed, RULES, pock.SGD(**SGD), "f32", 1e-4),
    "adamw": (Mixed, OTHER_AXES, pock.AdamW(lr=1e-2, weight_decay=0.1), "f32", 1e-3),
    "clipped-accumulated": (Small, SMALL_RULES, pock.AdamW(lr=1e-2, clip_norm=0.05, accumulate=2), "f32", 1e-3),
    "bf16": (Small, SMALL_RULES, pock.SGD(**SGD), "bf16", 0.1),
    "bf16-weights": (Small, SMALL_RULES, pock.SGD(lr=0.5), pock.Precision("bf16", master_weights=False), 0.3),
}


class Masked:
    """A copy of a model in PyTorch, of which the optimizer updates `slices` of parameters, by name."""

    def __init__(self, model: nn.Module, slices: dict[str, ChannelSlice], ours: Optimizer) -> None:
        self.model, self.ours, self.calls = copy.deepcopy(model), ours, 0
        named = dict(self.model.named_parameters())
        self.masks = {named[name]: mask_of(named[name], channels) for name, channels in slices.items()}
        options = {field: getattr(ours, field) for field in ("lr", "momentum", "weight_decay") if hasattr(ours, field)}
        self.optimizer = getattr(torch.optim, type(ours).__name__)(self.model.parameters(), **options)
        self.optimizer.zero_grad()

    def train_step(self, image: torch.Tensor, tokens: torch.Tensor, classes: torch.Tensor) -> float:
        loss = F.cross_entropy(self.model(image, tokens), classes)
        (loss / self.ours.accumulate).backward()
        self.calls += 1
        if self.calls % self.ours.accumulate == 0:
            self._update()
        return loss.item()

    def _update(self) -> None:
        before = {parameter: parameter.detach().clone() for parameter in self.masks}
        for parameter, mask in self.masks.items():
            assert parameter.grad is not None
            parameter.grad *= mask
        if self.ours.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.ours.clip_norm)
        self.optimizer.step()
        with torch.no_grad():
            for parameter, mask in self.masks.items():
                parameter.copy_(torch.where(mask > 0, parameter, before[parameter]))
        self.optimizer.zero_grad()


def mask_of(parameter: torch.Tensor, channels: ChannelSlice) -> torch.Tensor:
    mask = torch.zeros(parameter.shape)
    mask[(slice(None),) * channels.axis + (list(channels.indices),)] = 1.0
    return mask


def slices_of(step: pock.compiler.Compiled) -> dict[str, ChannelSlice]:
    specs = step.manifest.model_parameters
    return {spec.name: spec.channels for spec in specs if spec.channels is not None}


def batches(count: int) -> list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    return [(torch.randn(4, 3, 8, 8), torch.randint(0, 20, (4, 7)), torch.randint(0, 20, (4,))) for _ in range(count)]


@pytest.mark.parametrize("case", CASES)
def test_updates_are_those_of_masked_gradients(case: str, tmp_path: Path) -> None:
    kind, rules, ours, precision, tolerance = CASES[case]
    torch.manual_seed(0)
    model, (image, tokens, classes) = kind(), batches(1)[0]
    for parameter in model.parameters():  # so that a narrow one starts from the same values
        parameter.data = parameter.data.bfloat16().float()
    scheme = pock.Scheme("slices", rules, default="full")
    step = pock.compile(model, (image, tokens), (classes,), optimizer=ours, scheme=scheme, precision=precision)
    session = pock.load(step.save(tmp_path / "model.pock"), threads=2)
    slices = slices_of(step)
    assert set(slices) == {rule.match for rule in rules}
    start = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    reference = Masked(model, slices, ours)
    for image, tokens, classes in batches(STEPS * ours.accumulate):
        expected = reference.train_step(image, tokens, classes)
        found = session.train_step(image.numpy(), tokens.numpy(), classes.numpy())
        assert found == pytest.approx(expected, rel=tolerance)
    state = session.state_dict()
    for name, parameter in reference.model.named_parameters():
        update, wanted = (value - start[name] for value in (state[name], parameter.detach().numpy()))
        assert np.linalg.norm(update - wanted) <= tolerance * np.linalg.norm(wanted), name
        if name in slices:
            others = mask_of(parameter, slices[name]).numpy() == 0
            assert np.array_equal(state[name][others], start[name][others]), name
            assert wanted[~others].any(), name


def test_states_of_slices(tmp_path: Path, steps: list[str]) -> None:
    """They have the slice's shape in a checkpoint, in the framework's layout; one of other slices is refused, also
    where their shapes are the same. Updates are in place: no copies, no second storage.
    """
    torch.manual_seed(0)
    image, tokens, classes = batches(1)[0]
    imported, sessions = pock.import_model(Small(), (image, tokens), (classes,)), {}
    for name, channels in (("these", (2, 3, 4)), ("others", (3, 4, 5))):
        rules = (*SMALL_RULES[1:], pock.Rule("conv.weight", "slice", indices=channels))
        step = imported.train(pock.Scheme(name, rules), pock.SGD(lr=0.1, momentum=0.9)).lower().compile()
        sessions[name] = pock.load(step.save(tmp_path / f"{name}.pock"), threads=1)
    one, file = sessions["these"], tmp_path / "checkpoint.safetensors"
    data = [tuple(array.numpy() for array in batch) for batch in batches(3)]
    one.train_step(*data[0])
    one.save_checkpoint(file)
    saved = load_file(file)
    shapes = [saved[f"optimizer/{rule.match}.momentum_buffer"].shape for rule in SMALL_RULES]
    assert shapes == [(3, 3, 3, 3), (8, 6), (3,), (20, 3), (15,)]
    losses = [one.train_step(*batch) for batch in data[1:]]
    one.load_checkpoint(file)
    assert [one.train_step(*batch) for batch in data[1:]] == losses
    with pytest.raises(
        CheckpointError, match=r"conv.weight.momentum_buffer' is of channels 2-4 of axis 0, expected one of"
    ):
        sessions["others"].load_checkpoint(file)
    sessions["others"].load_checkpoint(file, optimizer=False)
    assert abs(one.measured_peak_bytes - one.manifest.memory.planned_peak_bytes) <= 256  # alignment
    assert steps[0].count("stream.cmd.execute") == 1
    assert "stream.cmd.copy" not in steps[0]
    assert not re.search(r"alloca.*!stream\.resource<variable>", steps[0])


def test_what_is_saved_and_computed_shrinks() -> None:
    """A deep stack of which a quarter of the input channels is trained plans a fraction of the full update's peak."""
    torch.manual_seed(0)
    layers = [nn.Conv2d(32, 32, 3, padding=1, bias=False) for _ in range(6)]
    model, x, y = nn.Sequential(*layers, nn.Flatten()), torch.randn(2, 32, 16, 16), torch.randn(2, 32 * 256)
    imported = pock.import_model(model, (x,), (y,), loss="mse")
    full, part = (
        imported.train(scheme, pock.SGD(lr=0.1)).plan_transients()["train_step"]
        for scheme in ("full", pock.Scheme("part", (pock.Rule("*.weight", "slice", of="input", ratio=0.25),)))
    )
    assert part < 0.55 * full
