"""The grammar of rules: what each selects, which channels of it, and what is refused, with the line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import pock_mlir as pock
from pock_mlir.channel_slices import ChannelSlice
from pock_mlir.errors import SchemeError
from pock_mlir.frontends.torch.module_tree import module_parameters
from pock_mlir.schemes import Resolved, resolve, scheme_of
from pock_mlir.schemes.selectors import Selector


class Block(nn.Module):
    def __init__(self, groups: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, groups=groups)
        self.norm = nn.BatchNorm2d(8)


class Net(nn.Module):
    """An embedding, four blocks of convolutions (one grouped, one depthwise), and a head with a tied layer."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(10, 6)
        self.blocks = nn.ModuleList([Block(), Block(2), Block(8), Block()])
        self.up = nn.ConvTranspose2d(8, 4, 2)
        self.scale = nn.Parameter(torch.ones(2, 3))
        self.fc = nn.Linear(12, 5)
        self.tied = nn.Linear(6, 10, bias=False)
        self.tied.weight = self.table.weight


torch.manual_seed(0)
NET = Net()
HEAD = ["up.weight", "up.bias", "fc.weight", "fc.bias"]


def resolved(*rules: pock.Rule, scheme: Any = None) -> Resolved:
    parameters = module_parameters(NET, lambda name: NET.state_dict()[name].numpy())
    return resolve(scheme_of(scheme or pock.Scheme("s", rules), parameters), parameters)


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ({"match": "*", "blocks": "last:1", "only": "bias"}, "blocks.3.conv.bias blocks.3.norm.bias"),
        ({"match": "*conv.weight", "blocks": "every:2"}, "blocks.1.conv.weight blocks.3.conv.weight"),
        ({"match": "*conv.bias", "blocks": "first:1, 2-3"}, "blocks.0.conv.bias blocks.2.conv.bias blocks.3.conv.bias"),
        ({"match": "*", "blocks": "head"}, "up.weight up.bias fc.weight fc.bias"),
        ({"match": "*", "blocks": "1,head", "only": "weight"}, "blocks.1.conv.weight up.weight fc.weight"),
        ({"match": "*", "only": "norm", "blocks": "0"}, "blocks.0.norm.weight blocks.0.norm.bias"),
        ({"match": "*", "update": "bias", "blocks": "0"}, "blocks.0.conv.bias blocks.0.norm.bias"),
        ({"match": "*", "layers": "4-5"}, "up.weight up.bias fc.weight fc.bias"),
        ({"match": "*", "layers": "last:2", "only": "weight"}, "up.weight fc.weight"),
        ({"match": "*", "layers": "3", "only": "bias"}, "blocks.3.conv.bias blocks.3.norm.bias"),
    ],
)  # fmt: skip
def test_what_a_rule_selects(rule: dict[str, Any], names: str) -> None:
    found = resolved(pock.Rule(**rule)).model
    assert set(found) == set(names.split()) and set(found.values()) == {"full"}


@pytest.mark.parametrize(
    ("name", "of", "axis", "channels"),
    [
        ("blocks.0.conv.weight", "output", 0, 8),
        ("blocks.0.conv.weight", "input", 1, 8),
        ("blocks.1.conv.weight", "input", 1, 4),
        ("blocks.2.conv.weight", "output", 0, 8),
        ("blocks.0.norm.weight", "output", 0, 8),
        ("blocks.0.conv.bias", "output", 0, 8),
        ("up.weight", "output", 1, 4),
        ("up.weight", "input", 0, 8),
        ("fc.weight", "output", 0, 5),
        ("fc.weight", "input", 1, 12),
        ("table.weight", "input", 0, 10),
        ("table.weight", "output", 1, 6),
        ("tied.weight", "output", 0, 10),
    ],
)
def test_the_axes_of_channels(name: str, of: str, axis: int, channels: int) -> None:
    first = "table.weight" if name == "tied.weight" else name
    found = resolved(pock.Rule(name, "slice", of=of, ratio=0.5)).model
    assert found == {first: ChannelSlice(axis, ((0, channels // 2),))}
    assert resolved(pock.Rule(name, "slice", of=of, indices=range_list(channels))).model == {first: "full"}
    assert resolved(pock.Rule(name, "slice", of=of, ratio=1.0)).model == {first: "full"}
    assert resolved(pock.Rule(name, "slice", of=of, ratio=0.001)).model == {first: ChannelSlice(axis, ((0, 1),))}


def range_list(count: int) -> list[int]:
    return list(range(count))


def test_channels_of_the_largest_weights() -> None:
    found = resolved(pock.Rule("*conv.weight", "slice", of="input", ratio=0.25, choose="magnitude", blocks="0-1"))
    for name, count in (("blocks.0.conv.weight", 2), ("blocks.1.conv.weight", 1)):
        norms = NET.get_parameter(name).detach().square().sum(dim=(0, 2, 3))
        assert found.model[name] == ChannelSlice.from_indices(1, norms.topk(count).indices.tolist())
    rules = found.scheme.rules
    assert [rule.match for rule in rules] == ["blocks.0.conv.weight", "blocks.1.conv.weight"]
    assert {rule.update for rule in rules} == {"slice"} and all(rule.indices for rule in rules)
    assert resolved(scheme=found.scheme).model == found.model


def test_channels_at_random_depend_on_seed_and_name_alone() -> None:
    def chosen(pattern: str, **options: Any) -> dict[str, Any]:
        return dict(resolved(pock.Rule(pattern, "slice", ratio=0.5, choose="random", **options)).model)

    every = chosen("*conv.weight")
    assert len({part.ranges for part in every.values()}) > 1
    assert all(part.size == 4 for part in every.values())
    assert chosen("blocks.1.conv.weight") == {"blocks.1.conv.weight": every["blocks.1.conv.weight"]}
    assert chosen("*conv.weight", seed=0) == every != chosen("*conv.weight", seed=1)
    again = pock.Scheme.from_json(
        resolved(pock.Rule("fc.weight", "slice", ratio=0.5, choose="random")).scheme.to_json(), "m"
    )
    assert resolved(scheme=again).model == chosen("fc.weight")


def test_later_rules_overrule_slices_and_the_other_way_round() -> None:
    part = ChannelSlice(0, ((1, 2),))
    slice_ = pock.Rule("*conv.weight", "slice", of="output", indices=[2, 1], blocks="0-1")
    assert resolved(slice_, pock.Rule("blocks.0.*", "frozen")).model == {"blocks.1.conv.weight": part}
    assert resolved(pock.Rule("blocks.0.*", only="weight"), slice_).model["blocks.0.conv.weight"] == part
    assert resolved(slice_, pock.Rule("blocks.1.conv.*", "bias")).model["blocks.1.conv.weight"] == part
    again = pock.Rule("blocks.1.conv.weight", "slice", indices=[1, 2])
    assert resolved(slice_, again).model["blocks.1.conv.weight"] == part


HEADER = "# a comment\nname: mine\nrules:\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("  - {match: 'x.*'}", 4, "the pattern 'x.*' matches no parameter"),
        ("  - {match: '*'}\n  - match: '*'\n    ubdate: full", 6, "rules[1]: unknown key 'ubdate'"),
        ("  - match: '*'\n    update: slice\n    ratio: 1.5", 6, "field 'ratio': expected a number above 0, at most 1"),
        ("  - match: '*'\n    update: slice\n    ratio: 0", 6, "field 'ratio': expected a number above 0"),
        ("  - {match: '*', update: slice, ratio: .nan}", 4, "field 'ratio': expected a number above 0"),
        ("  - {match: '*', update: slice}", 4, "a slice needs either a ratio, such as 0.25, or indices"),
        ("  - {match: '*', update: slice, ratio: 0.5, indices: [1]}", 4, "either a ratio"),
        ("  - {match: '*', update: slice, indices: []}", 4, "the indices must be at least one channel"),
        ("  - {match: '*', update: slice, indices: [1, 1]}", 4, "none twice"),
        ("  - {match: '*', update: slice, indices: [-1]}", 4, "expected a list of integers of at least 0"),
        ("  - {match: '*', update: slice, ratio: 0.5, of: rows}", 4, "field 'of': expected one of output, input"),
        ("  - {match: '*', update: slice, ratio: 0.5, choose: best}", 4, "expected one of first, magnitude, gradient"),
        ("  - {match: '*', update: slice, ratio: 0.5, seed: 1}", 4, "a seed is for choose 'random' only"),
        ("  - {match: '*', update: full, ratio: 0.5}", 4, "'ratio' is for update 'slice' only"),
        ("  - {match: '*', blocks: 'last:0'}", 4, "'last:0' selects no blocks: the number must be at least 1"),
        ("  - {match: '*', blocks: 'some'}", 4, "'some' selects no blocks; expected last:K, first:K, every:N"),
        ("  - {match: '*', layers: 'head'}", 4, "'head' selects no layers"),
        ("  - {match: '*', blocks: 'last:5'}", 4, "'last:5' goes beyond the model's blocks: it has 4"),
        ("  - {match: '*', layers: 3-6}", 4, "'3-6' goes beyond the model's layers: it has 6"),
        ("  - {match: 'fc.*', blocks: '0'}", 4, "the pattern 'fc.*' with blocks '0' matches no parameter"),
        ("  - {match: 'fc.*', update: slice, indices: [5]}", 4, "index 5 is out of range: it has 5 output channels"),
        ("  - {match: 'fc.bias', update: slice, of: input, ratio: 0.5}", 4, "[5] in a Linear, it has no input"),
        ("  - {match: 'scale', update: slice, ratio: 0.5}", 4, "of shape [2, 3] in a Net, it has no output channels"),
        ("  - {match: 'blocks.2.conv.weight', update: slice, of: input, ratio: 0.5}", 4, "its 8 groups has one"),
        ("  - {match: '*.weight', update: slice, ratio: 0.5, layers: last:1}\n"
         "  - {match: 'fc.*', update: slice, ratio: 0.25}", 5, "'fc.weight' is sliced by two rules"),
        ("  - {match: 'fc.*', update: slice, ratio: 0.5}\n  - {match: '*'}", 4, "slices nothing: later rules overrule"),
        ("  - {match: 't*', update: slice, ratio: 0.5}", 4, "it is tied, and its output channels are others by each"),
        ("  - {match: 'fc.*', update: slice, ratio: 0.5, choose: gradient}", 4, "calibration"),
        ("  - {match: '*'}\nunfreeze: ['x']", 5, "the pattern 'x' matches no parameter"),
        ("  - {match: '*'}\ndefault: bias", 5, "unknown default 'bias'; a default is frozen or full"),
    ],
)  # fmt: skip
def test_what_is_wrong_has_a_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(f"{HEADER}{text}\n")
    with pytest.raises(SchemeError, match=f"^{re.escape(f'{path}, line {line}: ')}.*{re.escape(message)}") as raised:
        resolved(scheme=path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ratio": 1.5}, "ratio must be a number above 0, at most 1 or None, got 1.5"),
        ({"ratio": "half"}, "ratio must be"),
        ({"indices": "012"}, "indices must be"),
        ({"ratio": 0.5, "of": "rows"}, "of must be one of output, input"),
        ({"ratio": 0.5, "blocks": "2-1"}, "'2-1' selects no blocks: it ends before it begins"),
        ({"ratio": 0.5, "only": "weights"}, "only must be one of weight, bias, norm"),
    ],
)
def test_wrong_rules_of_python(options: dict[str, Any], message: str) -> None:
    with pytest.raises(SchemeError, match=f"^scheme rule 'a': {re.escape(message)}"):
        pock.Rule("a", "slice", **options)


def test_yaml_is_python(tmp_path: Path) -> None:
    rules = (
        pock.Rule("*.conv.weight", update="slice", of="output", ratio=0.25, choose="first"),
        pock.Rule("fc.weight", update="slice", of="input", indices=[5, 0, 3]),
        pock.Rule("*.norm.*", "slice", ratio=0.5, choose="random", seed=3, blocks="last:2"),
        pock.Rule("*", "bias", layers="0,2-3"),
        pock.Rule("up.*", "frozen", only="bias", layers="4"),
    )
    scheme = pock.Scheme("mine", rules, unfreeze=("fc.*",))
    path = tmp_path / "s.yaml"
    path.write_text(scheme.to_yaml())
    assert pock.Scheme.from_file(path) == scheme == pock.Scheme.from_json(scheme.to_json(), "m")
    path.write_text(
        "name: mine\nrules:\n"
        '  - {match: "*.conv.weight", update: slice, of: output, ratio: 0.25, choose: first}\n'
        '  - {match: "fc.weight", update: slice, of: input, indices: [0, 3, 5]}\n'
        '  - {match: "*.norm.*", update: slice, ratio: 0.5, choose: random, seed: 3, blocks: last:2}\n'
        '  - {match: "*", update: bias, layers: "0,2-3"}\n'
        '  - {match: "up.*", update: frozen, only: bias, layers: 4}\n'
        'unfreeze: ["fc.*"]\n'
    )
    assert pock.Scheme.from_file(path) == scheme


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("last:2", {4, 5}), ("every:2", {1, 3, 5}), ("every:6", {5}), ("0, 3-4", {0, 3, 4}), ("first:1,head", {0})],
)
def test_selectors(text: str, numbers: set[int]) -> None:
    assert Selector(text, "blocks").numbers(6) == numbers


def test_named_schemes() -> None:
    assert set(resolved(scheme="norm-only").model) == {n for n, _ in NET.named_parameters() if ".norm." in n}
    assert set(resolved(scheme="head-only").model) == set(HEAD)
    assert set(resolved(scheme="bias").model) == {n for n, _ in NET.named_parameters() if n.endswith("bias")}
    with pytest.raises(SchemeError, match="the pattern '\\*' with blocks 'head' matches no parameter"):
        flat = module_parameters(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)))
        resolve(scheme_of("head-only", flat), flat)


class Gated(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 6)
        self.norm = nn.BatchNorm1d(6)
        self.out = nn.Linear(6, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(torch.relu(nn.functional.dropout(self.norm(self.fc(x)), 0.25, self.training)))


def test_channels_of_the_largest_gradients() -> None:
    """Summed over the batches, of the model in the mode it is in, which is as it was."""
    torch.manual_seed(1)
    model = Gated().train()
    model.out.weight.requires_grad_(False)
    batches = [((torch.randn(5, 4),), torch.randint(0, 3, (5,))) for _ in range(3)]
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    rules = (
        pock.Rule("fc.weight", "slice", of="output", ratio=0.5, choose="gradient"),
        pock.Rule("out.weight", "slice", of="input", ratio=0.5, choose="gradient"),
    )
    scheme = pock.Scheme("s", rules, unfreeze=("out.weight",))
    data = {"inputs": batches[0][0], "targets": batches[0][1]}
    source = pock.import_model(model, **data, scheme=scheme, calibration=batches).source
    found, updates = source.resolve(scheme)
    sums = {"fc.weight": np.zeros((6, 4)), "out.weight": np.zeros((3, 6))}
    model.load_state_dict(before)
    for (x,), y in batches:
        torch.manual_seed(0)
        weights = [model.fc.weight, model.out.weight.requires_grad_(True)]
        loss = nn.functional.cross_entropy(model(x), y)
        for name, gradient in zip(sums, torch.autograd.grad(loss, weights), strict=True):
            sums[name] += gradient.double().numpy() ** 2
        model.load_state_dict(before)
    for name, axis in (("fc.weight", 0), ("out.weight", 1)):
        order = np.argsort(-sums[name].sum(1 - axis))
        assert updates[f"model.{name}"] == ChannelSlice.from_indices(axis, order[:3])
    assert [rule.indices is not None for rule in found.rules] == [True, True]


def test_the_calibration_changes_nothing() -> None:
    torch.manual_seed(1)
    model = Gated().train()
    batch = ((torch.randn(5, 4),), torch.randint(0, 3, (5,)))
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    scheme, state = (
        pock.Scheme("s", [pock.Rule("fc.weight", "slice", ratio=0.5, choose="gradient")]),
        torch.get_rng_state(),
    )
    pock.import_model(model, *batch, scheme=scheme, calibration=[batch])
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), state) and all(p.grad is None for p in model.parameters())
    for wrong in (batch[0], [batch[0]], 3):
        with pytest.raises(pock.PockError, match="calibration must be a list of pairs"):
            pock.import_model(model, *batch, scheme=scheme, calibration=wrong)  # pyright: ignore[reportArgumentType]
    with pytest.raises(pock.PockError, match="is on the meta device"):
        pock.import_model(Gated().to("meta"), *batch, scheme=scheme, calibration=[batch])
