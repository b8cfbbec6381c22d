"""Checks gradient rules against PyTorch.

A case is one use of an op. It becomes a function whose loss is the sum of the op's result times a fixed random
cotangent; pock-autodiff differentiates it, the trained parameters and their gradients become arguments and results,
and the function runs through the lowering and IREE. All cases of a family share one module, which is compiled once.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from support.programs import Program
from torch_mlir import ir
from torch_mlir.dialects import func

from pock_mlir.dialects import load_dialects, state
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.upstream import mul, zeros
from pock_mlir.passes.analyses.functions import function_name, functions_of, operations_of, top_level
from pock_mlir.passes.lowering.choose_lowerings import choose
from pock_mlir.passes.lowering.lowering_heuristics import by_heuristic
from pock_mlir.passes.machinery.alternatives import Chooser
from pock_mlir.passes.machinery.pipeline import run_pipeline

LOWER = "cse,canonicalize,convert-pock-to-linalg,cse,canonicalize"
# IREE's default turns f64 into f32.
FLAGS = ("--iree-input-demote-f64-to-f32=false",)
DOUBLE_TOLERANCE = 1e-10


@dataclass(frozen=True)
class Case:
    """One use of an op, whose gradient rule is registered under `rule`.

    `build(*trained, *fixed)` builds the result from values, `reference(*trained, *fixed)` computes it from tensors.
    `trained` are the operands to differentiate for; `fixed` the others (those of a floating-point type come in the
    precision of the trained ones). Results and gradients in f32 may differ from the reference, which is computed in
    f64 from the same inputs, by `tolerance` times the largest magnitude in the array. `doubles` is False where IREE has
    no f64 form of a function that the case needs.
    """

    rule: str
    name: str
    trained: Sequence[np.ndarray]
    build: Callable[..., ir.Value]
    reference: Callable[..., torch.Tensor]
    fixed: Sequence[np.ndarray] = ()
    tolerance: float = 2e-6
    doubles: bool = True

    @property
    def id(self) -> str:
        return f"{self.rule}-{self.name}"


@dataclass(frozen=True)
class Outcome:
    """What a case's function gives: the op's result, the gradient for each trained operand, and the loss if kept."""

    result: np.ndarray
    gradients: Sequence[np.ndarray]
    loss: float | None = None


class Programs:
    """The functions of several cases, differentiated and compiled as one module, for elements of `dtype`.

    Where nobody needs the losses, they are not compiled. `chooser` takes the lowerings.
    """

    def __init__(
        self,
        cases: Sequence[Case],
        dtype: type[np.floating],
        *,
        with_loss: bool = False,
        chooser: Chooser = by_heuristic,
    ) -> None:
        self.dtype = dtype
        self.with_loss = with_loss
        self.names = {case.id: f"case{index}" for index, case in enumerate(cases)}
        if len(self.names) != len(cases):
            raise ValueError("two cases have the same name")
        with ir.Context() as context, ir.Location.unknown():
            load_dialects(context)
            module = ir.Module.create()
            with ir.InsertionPoint(module.body):
                for case in cases:
                    _build_function(self.names[case.id], case, dtype)
            run_pipeline(module, ",".join(f"pock-autodiff{{function={name}}}" for name in self.names.values()))
            expose_gradients(module.operation, with_loss=with_loss)
            choose(module.operation, chooser)
            run_pipeline(module, LOWER)
            self._program = Program(module, FLAGS)

    def run(self, case: Case, trained: Sequence[np.ndarray] | None = None) -> Outcome:
        """Runs a case, on other trained operands if any are given."""
        arrays = [*_rounded(case.fixed, self.dtype), cotangent_of(case, self.dtype)]
        arrays += _rounded(case.trained if trained is None else trained, self.dtype)
        results = self._program.run(self.names[case.id], *arrays)
        loss = float(results.pop(0)) if self.with_loss else None
        return Outcome(results[0], results[1:], loss)


def reference_of(case: Case, dtype: type[np.floating]) -> Outcome:
    """What PyTorch gives for a case, computed in f64 from inputs of `dtype`."""
    trained = [torch.tensor(a.astype(np.float64), requires_grad=True) for a in _rounded(case.trained, dtype)]
    fixed = [torch.tensor(a.astype(np.float64) if a.dtype == dtype else a) for a in _rounded(case.fixed, dtype)]
    result = case.reference(*trained, *fixed)
    loss = (result * torch.tensor(_cotangent(case, tuple(result.shape), dtype).astype(np.float64))).sum()
    gradients = torch.autograd.grad(loss, trained, allow_unused=True)
    known = [torch.zeros_like(x) if g is None else g for x, g in zip(trained, gradients, strict=True)]
    return Outcome(result.detach().numpy(), [g.numpy() for g in known], float(loss))


def assert_close(got: np.ndarray, want: np.ndarray, tolerance: float, what: str) -> None:
    """Elements may differ by `tolerance` times the largest finite magnitude that is wanted; NaN and infinities must
    agree.
    """
    finite = np.abs(want[np.isfinite(want)])
    largest = finite.max() if finite.size else 0.0
    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance * (largest or 1.0), err_msg=what)


def cotangent_of(case: Case, dtype: type[np.floating]) -> np.ndarray:
    """The fixed random cotangent of a case's result."""
    tensors = [torch.tensor(a) for a in (*case.trained, *case.fixed)]
    return _cotangent(case, tuple(case.reference(*tensors).shape), dtype)


def _cotangent(case: Case, shape: tuple[int, ...], dtype: type[np.floating]) -> np.ndarray:
    return np.asarray(np.random.default_rng(zlib.crc32(case.id.encode())).standard_normal(shape)).astype(dtype)


def _rounded(arrays: Sequence[np.ndarray], dtype: type[np.floating]) -> list[np.ndarray]:
    return [a.astype(dtype) if a.dtype.kind == "f" else a for a in arrays]


def tensor_type(array: np.ndarray, dtype: type[np.floating]) -> ir.RankedTensorType:
    """The type of an array; floating-point elements are of `dtype`."""
    kind, bits = array.dtype.kind, 8 * array.dtype.itemsize
    element = {"f": f"f{8 * np.dtype(dtype).itemsize}", "b": "i1"}.get(kind, f"i{bits}")
    return ir.RankedTensorType.get(array.shape, ir.Type.parse(element))


def _build_function(name: str, case: Case, dtype: type[np.floating]) -> None:
    symbols = [f"{name}.{index}" for index in range(len(case.trained))]
    types = [tensor_type(array, dtype) for array in case.trained]
    for symbol, type_ in zip(symbols, types, strict=True):
        state.parameter(symbol, type_, update="full")
    cotangent = tensor_type(cotangent_of(case, dtype), dtype)
    function = func.FuncOp(name, ([*(tensor_type(a, dtype) for a in case.fixed), cotangent], []))
    with ir.InsertionPoint(function.add_entry_block()):
        *fixed, g = function.arguments
        reads = [state.read(symbol, type_) for symbol, type_ in zip(symbols, types, strict=True)]
        result = case.build(*reads, *fixed)
        if case.rule not in {op.operation.name for op in operations_of(function.operation)}:
            raise ValueError(f"{case.id} does not use {case.rule}")
        loss = reduce(mul(result, g), list(range(len(shape_of(result)))))
        func.ReturnOp([loss, result])
    _set_type(function.operation)


def _set_type(function: ir.Operation) -> None:
    """Makes a function's type that of its body."""
    block = function.regions[0].blocks[0]
    arguments = [argument.type for argument in block.arguments]
    results = [value.type for value in operations_of(function)[-1].operation.operands]
    function.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get(arguments, results))


def expose_gradients(module: ir.Operation, *, with_loss: bool = True) -> dict[str, list[str]]:
    """Makes functions that pock-autodiff has differentiated self-contained: parameters become arguments, and their
    gradients (zeros for a parameter that has none) become results, behind the others. The loss is the first result.

    Returns for each function the names of its parameters in the order of these arguments and results.
    """
    names = {function_name(function): _expose(function, with_loss) for function in functions_of(module)}
    for op in top_level(module):
        if op.operation.name == "pock.parameter":
            op.operation.erase()
    return names


def _expose(function: ir.Operation, with_loss: bool) -> list[str]:
    block = function.regions[0].blocks[0]
    arguments: dict[str, Any] = {}
    gradients: dict[str, ir.Value] = {}
    *body, terminator = operations_of(function)
    for op in body:
        if op.operation.name == "pock.read":
            name = op.symbol.value
            if name not in arguments:
                arguments[name] = block.add_argument(op.result.type, op.operation.location)
            op.result.replace_all_uses_with(arguments[name])
            op.operation.erase()
        elif op.operation.name == "pock.gradient":
            if op.parameter.value in gradients:
                raise ValueError(f"{op.parameter.value} has two gradients")
            gradients[op.parameter.value] = op.value
            op.operation.erase()
    with ir.InsertionPoint(terminator), function.location:
        results = list(terminator.operation.operands)[0 if with_loss else 1 :]
        for name, argument in arguments.items():
            results.append(
                gradients[name]
                if name in gradients
                else zeros(shape_of(argument), ir.RankedTensorType(argument.type).element_type)
            )
        func.ReturnOp(results)
    terminator.operation.erase()
    _set_type(function)
    return list(arguments)
