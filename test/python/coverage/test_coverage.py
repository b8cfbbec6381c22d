"""The report of what is in the way of a model: all of it, by op and place, and the same in the error of `compile`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import pock_mlir as pock
from pock_mlir.cli.app import run
from pock_mlir.passes.backward.autodiff.rules import vjp
from pock_mlir.passes.forward.convert_torch_to_pock import torch_op
from pock_mlir.passes.forward.convert_torch_to_pock.conversion import Conversion, Unsupported

SOURCE = Path(__file__).read_text().splitlines()


def line_of(text: str) -> int:
    """The number of the only line of this file that ends in `text`."""
    (number,) = [i + 1 for i, line in enumerate(SOURCE) if line.endswith(text)]
    return number


# Ops that pock_mlir will never know: one tensor, two tensors, and a complex tensor, of which no placeholder is.
@torch.library.custom_op("pocktest::mystery", mutates_args=())
def mystery(x: torch.Tensor) -> torch.Tensor:
    return x.clone()


@torch.library.custom_op("pocktest::both", mutates_args=())
def both(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return x.clone(), x.clone()


@torch.library.custom_op("pocktest::complex", mutates_args=())
def to_complex(x: torch.Tensor) -> torch.Tensor:
    return x.to(torch.complex64)


@torch.library.custom_op("pocktest::real", mutates_args=())
def to_real(x: torch.Tensor) -> torch.Tensor:
    return x.real.clone()


mystery.register_fake(torch.empty_like)
both.register_fake(lambda x: (torch.empty_like(x), torch.empty_like(x)))
to_complex.register_fake(lambda x: torch.empty_like(x, dtype=torch.complex64))
to_real.register_fake(lambda x: torch.empty_like(x, dtype=torch.float32))


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first, second = both(torch.tanh(mystery(self.query(x))))  # one op behind another
        return first + second + torch.sin(x)  # the sine


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attn = Attention()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.attn(x)


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([Layer(), Layer()])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = layer(x)
        return to_real(to_complex(x))


class Hard(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.head = nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mystery(x)  # nothing depends on it
        return self.head(self.encoder(x))


class Easy(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 3))


def arguments(model: nn.Module) -> dict[str, Any]:
    return {"model": model, "inputs": (torch.randn(5, 4),), "targets": (torch.tensor([0, 1, 2, 0, 1]),)}


def pock_model() -> dict[str, Any]:
    """For the command line."""
    return arguments(Hard())


@pytest.fixture
def without_gradient(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Takes the gradient rule of an op away."""
    return lambda op: monkeypatch.delitem(vjp._rules, op)


def problems(report: Any) -> dict[str, str]:
    return {item.op: item.problem for item in report.unsupported}


def test_everything_is_found_in_one_run(without_gradient: Callable[[str], None]) -> None:
    without_gradient("math.sin")
    report = pock.coverage(**arguments(Hard()))
    assert not report.ok
    found = problems(report)
    assert found == {
        "pocktest.mystery": "op",
        "pocktest.both": "op",
        "pocktest.complex": "op",
        "pocktest.real": "op",
        "aten.sin": "gradient",
    }
    assert report.supported["aten.linear"] == {"train_step": 3, "predict": 3}
    assert report.supported["aten.cross_entropy_loss"] == {"train_step": 1, "predict": 0}


def test_places_are_modules_and_lines(without_gradient: Callable[[str], None]) -> None:
    without_gradient("math.sin")
    report = pock.coverage(**arguments(Hard()))
    items = {item.op: item for item in report.unsupported}
    several = items["pocktest.both"]
    assert [place.module for place in several.places] == ["encoder.layers.0.attn", "encoder.layers.1.attn"]
    assert {place.line for place in several.places} == {line_of("# one op behind another")}
    assert {Path(place.file or "").name for place in several.places} == {"test_coverage.py"}
    assert several.functions == ("train_step", "predict")
    # The first layer's sine is of the input, which leads to nothing trained; the path goes on through what failed.
    sine = items["aten.sin"]
    assert [(place.module, place.line) for place in sine.places] == [("encoder.layers.1.attn", line_of("# the sine"))]
    assert sine.functions == ("train_step",) and "gradient rule" in sine.advice


def test_a_scheme_that_needs_no_gradient_there(without_gradient: Callable[[str], None], tmp_path: Path) -> None:
    """Trained is only what comes behind the op: it is neither reported nor in the way of a compilation."""
    without_gradient("math.sin")

    class Sine(Easy):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self[4](torch.sin(self[2](self[0](x))))

    full, sparse = (pock.coverage(**arguments(Sine()), scheme=scheme) for scheme in ("full", "last-blocks:1"))
    assert problems(full) == {"aten.sin": "gradient"}
    assert sparse.ok
    with pytest.raises(pock.PockError, match=r"aten.sin has no gradient .*; freeze what is before it"):
        pock.compile(**arguments(Sine()))
    step = pock.compile(**arguments(Sine()), scheme="last-blocks:1")
    assert list(step.manifest.statistics["ops"]) == ["after-pruning"]


def test_compile_says_the_same(without_gradient: Callable[[str], None]) -> None:
    without_gradient("math.sin")
    report = pock.coverage(**arguments(Hard()))
    with pytest.raises(pock.PockError) as caught:
        pock.compile(**arguments(Hard()))
    assert str(caught.value) == str(report)
    assert "\n" not in str(report)
    for item in report.unsupported:
        assert str(item) in str(report) and item.advice in str(report)
    assert "in module 'encoder.layers.1.attn' at" in str(report)


def test_a_use_that_is_not_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    def covers_no_matrices(c: Conversion, x: object) -> object:
        raise Unsupported("only vectors; give it row by row")

    def breaks(c: Conversion, x: object) -> object:
        raise KeyError("forgotten")

    monkeypatch.setitem(torch_op._rules, "torch.pocktest.mystery", covers_no_matrices)
    monkeypatch.setitem(torch_op._rules, "torch.pocktest.both", breaks)

    class Shared(Easy):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return both(mystery(super().forward(x)))[1]  # two uses

    report = pock.coverage(**arguments(Shared()))
    assert problems(report) == {"pocktest.mystery": "use", "pocktest.both": "use"}
    first, second = report.unsupported
    assert first.message == "pocktest.mystery: only vectors; give it row by row"
    assert second.message == "pocktest.both: its conversion failed (KeyError: 'forgotten')"
    assert [place.line for place in first.places] == [line_of("# two uses")]


def test_all_supported() -> None:
    report = pock.coverage(**arguments(Easy()))
    assert report.ok and report.unsupported == ()
    assert {op: counts["train_step"] for op, counts in report.supported.items()} == {
        "aten.linear": 3,
        "aten.relu": 2,
        "aten.cross_entropy_loss": 1,
    }
    assert str(report) == "all 3 kinds of ops are supported"


def test_a_model_that_cannot_be_imported() -> None:
    class Branch(Easy):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = super().forward(x)
            y = torch.cond(y.sum() > 0, lambda a: a.sin(), lambda a: a.cos(), (y,))  # a branch
            return mystery(y)

    report = pock.coverage(**arguments(Branch()))
    assert problems(report) == {"cond": "op", "pocktest.mystery": "op"}
    assert [place.line for place in report.unsupported[0].places] == [line_of("# a branch")]
    with pytest.raises(pock.PockError) as caught:
        pock.compile(**arguments(Branch()))
    assert str(caught.value) == str(report)


def test_a_loss_that_depends_on_nothing_trained() -> None:
    with pytest.raises(pock.PockError, match="does not depend on any trained parameter"):
        pock.coverage(**arguments(Easy()), loss=lambda outputs, target: outputs.detach().sum())


def test_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["coverage", __file__, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert not report["ok"] and "aten.linear" in report["supported"]
    item = next(item for item in report["unsupported"] if item["op"] == "pocktest.mystery")
    assert [place["module"] for place in item["places"]] == ["encoder.layers.0.attn", "encoder.layers.1.attn"]

    assert run(["coverage", f"{__file__}:pock_model"]) == 1
    out = capsys.readouterr().out
    assert "4 kinds of ops are in the way" in out
    assert "pocktest.mystery is not supported  (in train_step and predict)" in out
    assert "  in module 'encoder.layers.1.attn' at " in out and "→ write it with other ops" in out

    (tmp_path / "easy.py").write_text(
        "import torch\n"
        "pock_model = {'model': torch.nn.Linear(2, 3), 'inputs': (torch.ones(4, 2),), 'targets': (torch.ones(4, 3),)}\n"
    )
    assert run(["coverage", str(tmp_path / "easy.py"), "--loss", "mse"]) == 0
    assert "kinds of ops are supported" in capsys.readouterr().out
    assert run(["coverage", str(tmp_path / "easy.py"), "--scheme", "some"]) == 1
    assert "unknown scheme 'some'" in capsys.readouterr().err
