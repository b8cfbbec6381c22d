"""Functions of float64 numbers, compiled and run, against PyTorch's."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pytest
import torch
from support.gradients import FLAGS
from support.programs import Program
from torch_mlir import ir
from torch_mlir.dialects import func, math

from pock_mlir.backends.iree.passes.expand_f64_math import EXPANSIONS, WIDENED
from pock_mlir.dialects import load_dialects
from pock_mlir.passes.machinery.pipeline import run_pipeline

FUNCTIONS: dict[str, tuple[type, Callable[[torch.Tensor], torch.Tensor]]] = {
    "math.atan": (math.AtanOp, torch.atan),
    "math.cos": (math.CosOp, torch.cos),
    "math.erf": (math.ErfOp, torch.erf),
    "math.exp": (math.ExpOp, torch.exp),
    "math.expm1": (math.ExpM1Op, torch.expm1),
    "math.log": (math.LogOp, torch.log),
    "math.log1p": (math.Log1pOp, torch.log1p),
    "math.sin": (math.SinOp, torch.sin),
    "math.tanh": (math.TanhOp, torch.tanh),
}
SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 0.5, 22.0, 6.0, 1.25, 0.84375, 1e-300, 700.0]
SMALL = [1.5, 2.0, -0.5, 0.3, 3.0]
UNITS = 4


@functools.cache
def _numbers() -> np.ndarray:
    """Numbers of all magnitudes up to 1e7, and those at which the formulas change."""
    random = np.random.default_rng(0)
    wide = random.normal(size=500) * 10.0 ** random.integers(-12, 7, 500)
    return np.concatenate([random.uniform(-1, 1, 500), random.uniform(-30, 30, 500), wide, SPECIAL])


@functools.cache
def _results() -> dict[str, np.ndarray]:
    """What the compiled functions give for the numbers, and for powers of their magnitudes up to 30."""
    with ir.Context() as context, ir.Location.unknown():
        load_dialects(context)
        module = ir.Module.create()
        type = ir.RankedTensorType.get([len(_numbers())], ir.F64Type.get())
        with ir.InsertionPoint(module.body):
            function = func.FuncOp("f", ([type, type, type], [type] * (len(FUNCTIONS) + 1)))
            with ir.InsertionPoint(function.add_entry_block()):
                x, base, exponent = function.arguments
                values = [build(x).result for build, _ in FUNCTIONS.values()]
                func.ReturnOp([*values, math.PowFOp(base, exponent).result])
        run_pipeline(module, "pock-expand-f64-math,cse,canonicalize")
        program = Program(module, FLAGS)
    return dict(zip([*FUNCTIONS, "math.powf"], program.run("f", _numbers(), *_powers()), strict=True))


def _powers() -> tuple[np.ndarray, np.ndarray]:
    base = np.clip(np.abs(np.nan_to_num(_numbers())), 0.1, 30.0)
    return base, np.resize(SMALL, len(base))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_is_accurate_to_a_few_units(name: str) -> None:
    x = torch.tensor(_numbers())
    got, want = _results()[name], FUNCTIONS[name][1](x).numpy()
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    with np.errstate(invalid="ignore"):
        units = np.where(got == want, 0.0, np.abs(got - want) / np.spacing(np.abs(want)))
    assert np.nanmax(units) <= UNITS


def test_powers() -> None:
    base, exponent = _powers()
    np.testing.assert_allclose(_results()["math.powf"], base**exponent, rtol=1e-14)


@pytest.mark.parametrize("name", sorted(WIDENED))
def test_single_precision_keeps_all_digits(name: str) -> None:
    """Numbers up to 1e7, small negative ones and those of many turns among them: within one unit."""
    numbers = np.concatenate([_numbers()[np.abs(_numbers()) < 1e7], [-1e-8, 8191, 32767, 1e6]]).astype(np.float32)
    build, reference = FUNCTIONS[name]
    with ir.Context() as context, ir.Location.unknown():
        load_dialects(context)
        module = ir.Module.create()
        type = ir.RankedTensorType.get([len(numbers)], ir.F32Type.get())
        with ir.InsertionPoint(module.body):
            function = func.FuncOp("f", ([type], [type]))
            with ir.InsertionPoint(function.add_entry_block()):
                func.ReturnOp([build(function.arguments[0]).result])
        run_pipeline(module, "pock-expand-f64-math,cse,canonicalize")
        (got,) = Program(module, FLAGS).run("f", numbers)
    want = reference(torch.tensor(numbers.astype(np.float64))).numpy()
    assert np.all(np.abs(got - want) <= np.spacing(np.abs(want).astype(np.float32)))


def test_every_expansion_is_tested() -> None:
    assert set(EXPANSIONS) <= {*FUNCTIONS, "math.powf"}
