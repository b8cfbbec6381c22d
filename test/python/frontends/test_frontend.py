"""Frontends as the compiler sees them: one that is no framework's trains, and none but the default is named."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch_mlir import ir
from torch_mlir.dialects import func

import pock_mlir as pock
from pock_mlir import compiler
from pock_mlir.compiler import driver
from pock_mlir.compositions.loss import squared_error
from pock_mlir.contract import PARAMETER, POSITIONAL, PREDICT, SINGLE, TRAIN_STEP, symbol_of
from pock_mlir.dialects import load_dialects, state
from pock_mlir.dialects.matmul import matmul
from pock_mlir.frontends.frontend import Call, Signatures, Source
from pock_mlir.frontends.reference import StepResult
from pock_mlir.schemes import Parameters, Scheme, Update, resolve, scheme_of

NAME, SYMBOL = "weight", symbol_of("weight")


class Linear:
    """A model by hand: x [N, 3] by a weight [2, 3], the mean of squares as its loss; and its arithmetic in numpy."""

    signatures = Signatures(
        (Call(TRAIN_STEP, ("x",), ("y",)),), (Call(PREDICT, ("x",)),), POSITIONAL, SINGLE, ("output",)
    )
    loss_name = "squares"
    traced_for = frozenset({SYMBOL})
    trainable = (SYMBOL,)

    def __init__(self, weight: np.ndarray, x: np.ndarray, y: np.ndarray) -> None:
        self.weight, self.x, self.y = weight, x, y
        self.module = self._module()

    @property
    def values(self) -> Mapping[str, np.ndarray]:
        return {SYMBOL: self.weight}

    def resolve(self, scheme: Any) -> tuple[Scheme, Mapping[str, Update]]:
        parameters = Parameters.named([NAME])
        resolved = resolve(scheme_of(scheme, parameters), parameters)
        return resolved.scheme, {SYMBOL: resolved.model[NAME]}

    def method(self, scheme: Any) -> None:
        return None

    def example(self) -> tuple[dict[str, np.ndarray], tuple[np.ndarray, ...]]:
        return {"x": self.x}, (self.y,)

    def step(self, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Loss and gradient."""
        difference = self.x @ weight.T - self.y
        return np.square(difference).mean(), 2 / difference.size * difference.T @ self.x

    def verify(self, trained: Sequence[str], seed: int) -> str:
        return "verified"

    def reference_step(self, trained: Sequence[str]) -> StepResult:
        loss, gradient = self.step(self.weight)
        return StepResult(loss, {SYMBOL: gradient}, {SYMBOL: self.weight})

    def _module(self) -> ir.Module:
        context = ir.Context()
        load_dialects(context)
        with context, ir.Location.unknown():
            single = ir.F32Type.get()
            x, y, weight = (ir.RankedTensorType.get(a.shape, single) for a in (self.x, self.y, self.weight))
            module = ir.Module.create()
            with ir.InsertionPoint(module.body):
                op = state.parameter(SYMBOL, weight, kind=PARAMETER)
                op.operation.attributes["framework_name"] = ir.StringAttr.get(NAME)
                step = func.FuncOp(TRAIN_STEP, ([x, y], [ir.RankedTensorType.get([], single)]))
                predict = func.FuncOp(PREDICT, ([x], [y]))
            with ir.InsertionPoint(step.add_entry_block()):
                outputs = matmul(step.arguments[0], state.read(SYMBOL, weight), transpose_rhs=True)
                func.ReturnOp([squared_error(outputs, step.arguments[1])])
            with ir.InsertionPoint(predict.add_entry_block()):
                func.ReturnOp([matmul(predict.arguments[0], state.read(SYMBOL, weight), transpose_rhs=True)])
        return module


class Frontend:
    def trace(
        self,
        model: Any,
        inputs: Any,
        targets: Any,
        loss: Any,
        predict_inputs: Any,
        scheme: Any,
        measure: Any,
        calibration: Any = None,
    ) -> Source:
        with measure("by hand"):
            return Linear(model, inputs[0], targets[0])


def test_a_model_of_another_frontend_trains(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(driver, "DEFAULT", Frontend())
    random = np.random.default_rng(0)
    weight, x, y = (random.standard_normal(shape).astype(np.float32) for shape in ((2, 3), (5, 3), (5, 2)))
    step: Any = pock.compile(weight, (x,), (y,), optimizer=pock.SGD(lr=0.1), verify="compiled")  # pyright: ignore
    assert (step.verification, step.manifest.loss) == ("verified", "squares")
    assert "by hand" in dict(step.seconds)
    session, linear = pock.load(step.save(tmp_path / "linear.pock")), Linear(weight, x, y)
    for _ in range(3):
        loss, gradient = linear.step(weight)
        np.testing.assert_allclose(session.train_step(x, y), loss, rtol=1e-5)
        weight = weight - np.float32(0.1) * gradient
        np.testing.assert_allclose(session.state_dict()[NAME], weight, rtol=1e-5)
        np.testing.assert_allclose(session.predict(x), x @ weight.T, rtol=1e-5)


def test_a_wrong_reference_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "DEFAULT", Frontend())
    monkeypatch.setattr(Linear, "step", lambda self, weight: (np.float32(0), np.zeros_like(weight)))
    weight, x, y = (np.ones(shape, np.float32) for shape in ((2, 3), (1, 3), (1, 2)))
    with pytest.raises(pock.PockError, match=r"the loss is \S+ instead of 0.*the gradient of 'weight' differs"):
        pock.compile(weight, (x,), (y,), verify="compiled")  # pyright: ignore


def _imports(file: Path) -> Iterator[str]:
    """What a module imports when it is run."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for_types = {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in set(ast.walk(tree)) - for_types:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


FILES = sorted(Path(compiler.__path__[0]).glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_the_compiler_names_no_frontend(file: Path) -> None:
    """But the default, in one place."""
    named = [name for name in _imports(file) if name.split(".")[0] == "torch" or "frontends.torch" in name]
    assert named == (["pock_mlir.frontends.torch.frontend"] if file.stem == "default_frontend" else [])
