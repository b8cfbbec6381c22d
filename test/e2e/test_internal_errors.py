"""Defects of the compiler: one clear error that names the op and its place, asks to report it, and chains the cause."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch_mlir import ir

import pock_mlir as pock
from pock_mlir.backends.iree.compiler import backend
from pock_mlir.cli.app import run
from pock_mlir.dialects.activation import sigmoid
from pock_mlir.dialects.base import build
from pock_mlir.passes.backward.autodiff.rules import vjp
from pock_mlir.passes.forward.convert_torch_to_pock.rules import torch_op
from pock_mlir.passes.lowering.lowerings import lowering
from pock_mlir.passes.machinery.pipeline import PassError

SOURCE = Path(__file__).read_text().splitlines()
X, Y = torch.ones(2, 4), torch.ones(2, 2)
LINE = SOURCE.index("        return torch.sigmoid(x)  # the op") + 1


class Squash(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(x)  # the op


def arguments() -> dict[str, Any]:
    model = nn.Sequential(nn.Linear(4, 4), nn.Sequential(Squash(), nn.Linear(4, 2)))
    return {"model": model, "inputs": (X,), "targets": (Y,), "loss": "mse"}


def pock_model() -> dict[str, Any]:
    """For the command line."""
    return arguments()


def failing(*_: Any) -> Any:
    raise KeyError("forgotten\nsecond line")


def of_another_type(op: Any, *_: Any) -> ir.Value:
    return sigmoid(build("tensor.empty", [ir.RankedTensorType.get([7], ir.F32Type.get())], []).result)


def built_wrongly(op: Any, *_: Any) -> list[Any]:
    """An invalid op as the cotangent, of the right type."""
    return [lambda: build("pock.sigmoid", [op.x.type], [of_another_type(op)]).result]


def error_of_compile(**changes: Any) -> pock.PockError:
    with pytest.raises(pock.PockError) as caught:
        pock.compile(**arguments() | changes)
    message = str(caught.value)
    assert "\n" not in message and "please report it" in message, message
    return caught.value


@pytest.mark.parametrize(
    ("table", "op", "rule", "words", "cause"),
    [
        (torch_op, "torch.aten.sigmoid", failing, ["KeyError", "'aten.sigmoid' op", "convert-torch-to-pock"], KeyError),
        (vjp, "pock.sigmoid", failing, ["KeyError", "'pock.sigmoid' op", "'pock-autodiff'"], KeyError),
        (vjp, "pock.sigmoid", lambda op, g: [], ["ValueError", "'pock.sigmoid' op"], ValueError),
        (vjp, "pock.sigmoid", lambda op, g: [lambda: of_another_type(op)], ["a cotangent of type"], AssertionError),
        (vjp, "pock.sigmoid", built_wrongly, ["'pock.sigmoid' op expects x and result"], PassError),
        (vjp, "pock.sigmoid", lambda op, g: ir.Attribute.parse("#?"), ["MLIRError", "'pock.sigmoid'"], ir.MLIRError),
        (lowering, "pock.sigmoid", failing, ["KeyError", "'pock.sigmoid' op", "convert-pock-to-linalg"], KeyError),
        (lowering, "pock.sigmoid", of_another_type, ["a value of type tensor<7xf32>"], AssertionError),
    ],
)
def test_a_failing_rule(
    table: Any, op: str, rule: Any, words: list[str], cause: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(table._rules, op, rule)
    error = error_of_compile()
    for word in [*words, "module '1.0'", f"test_internal_errors.py:{LINE}"]:
        assert word in str(error), str(error)
    assert isinstance(error.__cause__, cause)


def test_a_failing_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of no op in particular."""
    monkeypatch.setattr("pock_mlir.passes.forward.assign_layouts._common_permutation", failing)
    error = error_of_compile()
    assert "KeyError" in str(error) and "'pock-assign-layouts'" in str(error)


def test_a_lowering_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(lowering._rules, "pock.sigmoid")
    assert "'pock.sigmoid' op has no lowering to linalg (in module '1.0' at " in str(error_of_compile())


def test_a_failing_hand_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "hand_over", failing)
    assert "KeyError" in str(error_of_compile())


def test_iree_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """On an op that it does not know for these types."""
    monkeypatch.setitem(lowering._rules, "pock.sigmoid", lambda op: build("math.cbrt", [op.x.type], [op.x]).result)
    doubles = {"model": arguments()["model"].double(), "inputs": (X.double(),), "targets": (Y.double(),)}
    error = error_of_compile(**doubles)
    for word in [
        "IREE cannot compile the training step",
        "'math.cbrt'",
        "module '1.0'",
        f"test_internal_errors.py:{LINE}",
    ]:
        assert word in str(error), str(error)
    assert error.__cause__ is not None and "math.cbrt" in str(error.__cause__.__cause__)


def test_coverage_reports_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """As what is in the way."""
    monkeypatch.setitem(vjp._rules, "pock.sigmoid", failing)
    (item,) = pock.coverage(**arguments()).unsupported
    assert (item.op, item.problem) == ("aten.sigmoid", "gradient")
    assert "its gradient rule failed (KeyError" in item.message
    assert [(place.module, place.line) for place in item.places] == [("1.0", LINE)]


def test_the_command_line_prints_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(vjp._rules, "pock.sigmoid", failing)
    assert run(["compile", __file__, "-o", "nowhere.pock", "--loss", "mse"]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
