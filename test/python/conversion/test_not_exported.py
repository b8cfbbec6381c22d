"""Conversions of ops that other frontends and decompositions give, but torch.export does not: from IR written here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from support.conversions import NOT_EXPORTED
from support.programs import Program
from torch_mlir import ir

from pock_mlir.dialects import load_dialects
from pock_mlir.passes.machinery.pipeline import run_pipeline

X = torch.linspace(-2, 3, 24).reshape(2, 3, 4)
Y = torch.linspace(1, 2, 24).reshape(2, 3, 4)
IMAGE, WEIGHT = X.reshape(1, 2, 3, 4), Y[:, :2].reshape(4, 2, 1, 2)
MEAN, VARIANCE = torch.tensor([0.5, -0.5]), torch.tensor([2.0, 0.5])
ROWS = torch.tensor([1, 0])
FLOAT32, STRIDED = 6, 0
UNKNOWN = ("positive", "feature_dropout", "upsample_bicubic2d")


@dataclass(frozen=True)
class Case:
    """An op on tensors and constants, and what it gives: a tensor, a list of tensors, or several results."""

    op: str
    operands: Sequence[Any]
    expected: torch.Tensor | list[torch.Tensor] | tuple[torch.Tensor, ...]


CASES = (
    Case(
        "_convolution",
        [IMAGE, WEIGHT, None, [1, 1], [0, 1], [1, 1], False, [0, 0], 1, False, False, False, False],
        torch.nn.functional.conv2d(IMAGE, WEIGHT, padding=(0, 1)),
    ),
    Case("_log_softmax", [X, 1, False], X.log_softmax(1)),
    Case("_softmax", [X, -1, False], X.softmax(-1)),
    Case("_reshape_alias", [X, [6, 4], [4, 1]], X.reshape(6, 4)),
    Case("reshape", [X, [4, -1]], X.reshape(4, -1)),
    Case("flatten.using_ints", [X, 1, -1], X.flatten(1)),
    Case("unflatten.int", [X, -1, [2, 2]], X.unflatten(-1, (2, 2))),
    Case("broadcast_to", [X[:, :1], [2, 3, 4]], X[:, :1].expand(2, 3, 4)),
    Case("expand_as", [X[:, :1], Y], X[:, :1].expand(2, 3, 4)),
    Case("movedim.int", [X, 0, -1], X.movedim(0, -1)),
    Case("narrow", [X, 1, 1, 2], X[:, 1:]),
    Case("numpy_T", [X[0]], X[0].T),
    Case("constant_pad_nd", [X, [1, 0], 2.0], torch.nn.functional.pad(X, (1, 0), value=2.0)),
    Case("chunk", [X, 2, -1], list(X.chunk(2, -1))),
    Case("split.sizes", [X, [1, 2], 1], list(X.split([1, 2], 1))),
    Case("index.Tensor_hacked_twin", [X, [ROWS]], X[ROWS]),
    Case(
        "batch_norm",
        [IMAGE, None, None, MEAN, VARIANCE, False, 0.1, 1e-5, True],
        torch.nn.functional.batch_norm(IMAGE, MEAN, VARIANCE),
    ),
    Case(
        "upsample_bilinear2d",
        [IMAGE, [5, 8], True, None, None],
        torch.nn.functional.interpolate(IMAGE, (5, 8), mode="bilinear", align_corners=True),
    ),
    Case(
        "upsample_bicubic2d",
        [IMAGE, [5, 8], False, None, 2.0],
        torch.nn.functional.interpolate(IMAGE, (5, 8), mode="bicubic"),
    ),
    Case("positive", [X], X),
    Case("contiguous", [X, STRIDED], X),
    Case("detach_copy", [X], X),
    Case("lift_fresh_copy", [X], X),
    Case("dropout", [X, 0.5, False], X),
    Case("native_dropout", [X, 0.5, False], (X, torch.ones_like(X, dtype=torch.bool))),
    Case("feature_dropout", [X, 0.5, False], X),
    Case("to.dtype", [ROWS, FLOAT32, False, False, None], ROWS.float()),
    Case("to.dtype_layout", [ROWS, FLOAT32, STRIDED, None, None, False, False, None], ROWS.float()),
    Case("to.device", [ROWS, torch.device("cpu"), FLOAT32, False, False, None], ROWS.float()),
    Case("to.other", [ROWS, X, False, False, None], ROWS.float()),
)


def test_these_are_the_ops_that_are_not_exported() -> None:
    assert {f"torch.aten.{case.op}" for case in CASES} == NOT_EXPORTED


@pytest.fixture(scope="module")
def program() -> Program:
    """A function for every case, named by its index."""
    text = "\n".join(_function(index, case) for index, case in enumerate(CASES))
    with ir.Context() as context:
        load_dialects(context)
        module = ir.Module.parse(text)
        run_pipeline(module, "convert-torch-to-pock,cse,canonicalize,convert-pock-to-linalg,cse,canonicalize")
        return Program(module)


@pytest.mark.parametrize(("index", "case"), list(enumerate(CASES)), ids=[case.op for case in CASES])
def test_result(program: Program, index: int, case: Case) -> None:
    expected = [case.expected] if isinstance(case.expected, torch.Tensor) else case.expected
    for got, want in zip(program.run(f"case{index}", *[t.numpy() for t in _tensors(case)]), expected, strict=True):
        np.testing.assert_allclose(got, want.numpy(), rtol=2e-6, atol=1e-6)


def _tensors(case: Case) -> list[torch.Tensor]:
    flat = [v for operand in case.operands for v in (operand if isinstance(operand, list) else [operand])]
    return [v for v in flat if isinstance(v, torch.Tensor)]


def _function(index: int, case: Case) -> str:
    """A function that applies the case's op to its arguments and constants."""
    lines: list[str] = []
    arguments = iter(range(len(_tensors(case))))

    def value(operand: Any) -> tuple[str, str]:
        """The name and type of an operand, after the lines that make it."""
        if isinstance(operand, torch.Tensor):
            return f"%x{next(arguments)}", _type(operand)
        if isinstance(operand, list):
            elements = [value(v) for v in operand]
            kind = elements[0][1].removeprefix("!torch.") if "vtensor" not in elements[0][1] else "vtensor"
            types = ", ".join(type_ for _, type_ in elements)
            return define(
                f'"torch.prim.ListConstruct"({", ".join(n for n, _ in elements)}) : ({types})', f"!torch.list<{kind}>"
            )
        if isinstance(operand, torch.device):
            return define(f'"torch.constant.device"() {{value = "{operand}"}} : ()', "!torch.Device")
        if operand is None:
            return define('"torch.constant.none"() : ()', "!torch.none")
        kind = type(operand).__name__
        text = {bool: str(operand).lower(), int: f"{operand} : i64", float: f"{float(operand):e} : f64"}[type(operand)]
        return define(f'"torch.constant.{kind}"() {{value = {text}}} : ()', f"!torch.{kind}")

    def define(op: str, type_: str) -> tuple[str, str]:
        lines.append(f"%v{len(lines)} = {op} -> {type_}")
        return f"%v{len(lines) - 1}", type_

    operands = [value(operand) for operand in case.operands]
    names, types = ", ".join(name for name, _ in operands), ", ".join(type_ for _, type_ in operands)
    expected = [case.expected] if isinstance(case.expected, torch.Tensor) else case.expected
    kinds = ", ".join(map(_type, expected))
    op = _operation(f"torch.aten.{case.op}", names, types)
    if isinstance(case.expected, list):
        parts, _ = define(op, "!torch.list<vtensor>")
        op = f'"torch.prim.ListUnpack"({parts}) : (!torch.list<vtensor>)'
    lines.append(f"%results:{len(expected)} = {op} -> ({kinds})")
    results = ", ".join(f"%results#{i}" for i in range(len(expected)))
    signature = ", ".join(f"%x{i}: {_type(t)}" for i, t in enumerate(_tensors(case)))
    body = "\n".join(f"  {line}" for line in lines)
    return f"func.func @case{index}({signature}) -> ({kinds}) {{\n{body}\n  return {results} : {kinds}\n}}"


def _operation(op: str, operands: str, types: str) -> str:
    """An op, up to its result; those that the torch dialect does not know stand as torch.operator."""
    if op.removeprefix("torch.aten.") in UNKNOWN:
        return f'"torch.operator"({operands}) {{name = "{op}"}} : ({types})'
    return f'"{op}"({operands}) : ({types})'


def _type(tensor: torch.Tensor) -> str:
    element = {torch.float32: "f32", torch.int64: "si64", torch.bool: "i1"}[tensor.dtype]
    return f"!torch.vtensor<[{','.join(map(str, tensor.shape))}],{element}>"
