"""What a user can get wrong when compiling: one clear error each, which names the place in the model."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

import pock_mlir as pock


class Unsupported(nn.Module):
    """Two modules with an op that pock does not know."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.spectral = Spectral()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.spectral(self.first(x))


class Spectral(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.linalg.matrix_exp(x @ x.T) @ x


def linear() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))


def arguments(**changes: object) -> dict:
    fields: dict = {
        "model": linear(),
        "inputs": (torch.randn(2, 4),),
        "targets": (torch.tensor([0, 2]),),
        "loss": "cross_entropy",
        "optimizer": pock.SGD(lr=0.1),
    }
    return fields | changes


def test_an_unsupported_op_names_the_module_and_the_line() -> None:
    with pytest.raises(pock.PockError) as caught:
        pock.compile(**arguments(model=Unsupported(), inputs=(torch.randn(4, 4),), targets=(torch.tensor([0] * 4),)))
    message = str(caught.value)
    assert "matrix_exp" in message and "is not supported" in message
    assert "'spectral'" in message
    line = Path(__file__).read_text().splitlines().index("        return torch.linalg.matrix_exp(x @ x.T) @ x") + 1
    assert f"test_compile_errors.py:{line}" in message
    assert "Traceback" not in message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scheme": "last-block:2"}, ["unknown scheme 'last-block:2'", "last-blocks:K"]),
        ({"scheme": "last-blocks:9"}, ["last-blocks:9", "between 1 and", "2"]),
        ({"scheme": pock.Scheme("none")}, ["'none'", "trains no parameter"]),
        ({"target": "z80"}, ["unknown target 'z80'", "host"]),
        ({"schedule": "cosine"}, ["schedule", "CosineSchedule(total_steps=1000)", "str"]),
        ({"loss": "crossentropy"}, ["unknown loss 'crossentropy'", "cross_entropy"]),
        ({"optimizer": torch.optim.SGD}, ["optimizer", "SGD(lr=0.01)"]),
        ({"model": torch.relu}, ["torch.nn.Module"]),
        ({"model": nn.ReLU()}, ["no parameters"]),
        ({"inputs": ([1.0, 2.0],)}, ["input 0", "torch tensor", "list"]),
        ({"inputs": ()}, ["inputs are empty"]),
        ({"inputs": (torch.randn(2, 5),)}, ["torch.export cannot trace"]),
        ({"model": linear().double().half(), "inputs": (torch.randn(2, 4).half(),)}, ["'0.weight'", "float16"]),
        ({"loss": lambda outputs, target: outputs}, ["loss must be a scalar"]),
        ({"loss": lambda outputs, target: outputs.detach().sum()}, ["does not depend on any trained parameter"]),
        ({"seed": -1}, ["seed", "-1"]),
    ],
)
def test_one_clear_error(changes: dict, words: list[str]) -> None:
    with pytest.raises(pock.PockError) as caught:
        pock.compile(**arguments(**changes))
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message, message


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: pock.SGD(lr=-1.0), "lr"),
        (lambda: pock.SGD(lr=0.1, nesterov=True), "momentum"),
        (lambda: pock.SGD(lr=0.1, momentum=0.9, dampening=0.1, nesterov=True), "dampening"),
        (lambda: pock.SGD(dampening=1.5), "dampening"),
        (lambda: pock.RMSprop(alpha=1.5), "alpha"),
        (lambda: pock.Adagrad(lr_decay=-0.1), "lr_decay"),
        (lambda: pock.Lion(betas=(0.9,)), "betas"),
        (lambda: pock.AdamW(betas=0.9), "betas"),
        (lambda: pock.AdamW(amsgrad=3), "amsgrad"),
        (lambda: pock.AdamW(betas=(0.9, 1.0)), "betas"),
        (lambda: pock.SGD(accumulate=0), "accumulate"),
        (lambda: pock.Adam(clip_norm=0.0), "clip_norm"),
    ],
)
def test_optimizers_check_their_numbers(make, word: str) -> None:
    with pytest.raises(pock.PockError, match=word):
        make()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rules: 3", ["rules"]),
        ("rules: [{match: 'nothing.*'}]", ["'nothing.*'", "matches no parameter"]),
        ("rules: [{match: '*', update: half}]", ["unknown update 'half'"]),
        ("rules: [{match: '*'}]\nextra: 1", ["unknown key 'extra'"]),
        ("rules: [", ["no valid YAML"]),
    ],
)
def test_scheme_files(text: str, words: list[str], tmp_path: Path) -> None:
    path = tmp_path / "scheme.yaml"
    path.write_text(text)
    with pytest.raises(pock.PockError) as caught:
        pock.compile(**arguments(scheme=str(path)))
    for word in [*words, "scheme"]:
        assert word in str(caught.value)


def test_a_scheme_file_trains_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "scheme.yaml"
    path.write_text("name: top\nrules:\n  - match: '2.*'\n  - match: '*.bias'\n    update: frozen\n")
    step = pock.compile(**arguments(scheme=path))
    assert step.trained == ("2.weight",)
    assert step.manifest.scheme["name"] == "top"
