"""What autodiff does between the rules: cotangents add up, and only what is trained gets a gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from support.gradients import assert_close, expose_gradients
from support.programs import Program
from torch_mlir import ir
from torch_mlir.dialects import func, math

from pock_mlir.dialects import load_dialects, state
from pock_mlir.dialects.activation import relu
from pock_mlir.dialects.matmul import matmul
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.upstream import add, mul
from pock_mlir.passes.analyses.functions import find_function, operations_of
from pock_mlir.passes.machinery.pipeline import PassError, run_pipeline

SIZE = 4
READ = Callable[[str], ir.Value]


def _residual(read: READ) -> ir.Value:
    """A value used by a branch and, beside it, by the sum behind the branch."""
    x = relu(read("a"))
    return add(x, relu(matmul(x, read("b"))))


def _tied(read: READ) -> ir.Value:
    """A parameter read twice, used once as it is and once transposed."""
    x = relu(matmul(read("b"), read("a")))
    return matmul(x, read("a"), transpose_rhs=True)


def _many_uses(read: READ) -> ir.Value:
    x = read("a")
    return add(add(mul(x, x), matmul(x, x)), add(x, mul(x, read("b"))))


def _detached(read: READ) -> ir.Value:
    x = mul(read("a"), read("b"))
    return add(mul(state.stop_gradient(x), read("a")), mul(x, state.stop_gradient(read("b"))))


def _with_a_dead_branch(read: READ) -> ir.Value:
    """A branch that the loss does not depend on, through an op that has no gradient rule."""
    x = read("a")
    math.CeilOp(matmul(x, read("b")))
    return mul(x, read("b"))


def _reference(name: str, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    def detached() -> torch.Tensor:
        x = a * b
        return x.detach() * a + x * b.detach()

    return {
        "residual": lambda: a.relu() + (a.relu() @ b).relu(),
        "tied": lambda: (b @ a).relu() @ a.mT,
        "many-uses": lambda: a * a + a @ a + a + a * b,
        "detached": detached,
        "dead-branch": lambda: a * b,
    }[name]()


BODIES = {
    "residual": _residual,
    "tied": _tied,
    "many-uses": _many_uses,
    "detached": _detached,
    "dead-branch": _with_a_dead_branch,
}


def _module(bodies: dict[str, Callable[[READ], ir.Value]], trained: Sequence[str]) -> ir.Module:
    """For each body a function that returns the sum of its result. The context is the current one."""
    module = ir.Module.create()
    matrix = ir.RankedTensorType.get([SIZE, SIZE], ir.F64Type.get())
    with ir.InsertionPoint(module.body):
        for name in ("a", "b"):
            state.parameter(name, matrix, update="full" if name in trained else "frozen")
        for name, body in bodies.items():
            function = func.FuncOp(name, ([], [ir.RankedTensorType.get([], ir.F64Type.get())]))
            with ir.InsertionPoint(function.add_entry_block()):
                func.ReturnOp([reduce(body(lambda symbol: state.read(symbol, matrix)), [0, 1])])
    return module


@pytest.fixture
def context() -> ir.Context:
    context = ir.Context()
    load_dialects(context)
    return context


@pytest.fixture(scope="module")
def program() -> Program:
    with ir.Context() as context, ir.Location.unknown():
        load_dialects(context)
        module = _module(BODIES, ("a", "b"))
        run_pipeline(module, ",".join(f"pock-autodiff{{function={name}}}" for name in BODIES))
        expose_gradients(module.operation)
        run_pipeline(module, "convert-pock-to-linalg,cse,canonicalize")
        return Program(module, ("--iree-input-demote-f64-to-f32=false",))


@pytest.mark.parametrize("name", BODIES)
def test_cotangents_add_up(program: Program, name: str) -> None:
    arrays = {key: np.random.default_rng(seed).standard_normal((SIZE, SIZE)) for seed, key in enumerate("ab")}
    tensors = {key: torch.tensor(array, requires_grad=True) for key, array in arrays.items()}
    _reference(name, **tensors).sum().backward()
    # The arguments stand in the order in which the function reads the parameters.
    order = ["b", "a"] if name == "tied" else ["a", "b"]
    _, *gradients = program.run(name, *[arrays[key] for key in order])
    for key, gradient in zip(order, gradients, strict=True):
        expected = tensors[key].grad
        assert expected is not None
        assert_close(gradient, expected.numpy(), 1e-12, key)


@pytest.mark.parametrize("trained", [("a",), ("b",), ("a", "b")])
def test_only_what_is_trained_gets_a_gradient(context: ir.Context, trained: Sequence[str]) -> None:
    with context, ir.Location.unknown():
        module = _module({"tied": _tied}, trained)
        run_pipeline(module, "pock-autodiff{function=tied}")
        operations = operations_of(find_function(module.operation, "tied"))
        gradients = [op.parameter.value for op in operations if op.operation.name == "pock.gradient"]
        products = [op for op in operations if op.operation.name == "pock.matmul"]
    assert sorted(gradients) == sorted(trained)
    # Two of the forward pass; backward one for each trained factor, and one for the hidden layer's cotangent.
    assert len(products) == 2 + {("a",): 3, ("b",): 2, ("a", "b"): 4}[tuple(trained)]


def test_a_parameter_that_the_loss_does_not_reach_has_no_gradient(context: ir.Context) -> None:
    with context, ir.Location.unknown():
        module = _module({"f": lambda read: mul(read("a"), state.stop_gradient(read("b")))}, ("a", "b"))
        run_pipeline(module, "pock-autodiff{function=f}")
        operations = operations_of(find_function(module.operation, "f"))
        assert [op.parameter.value for op in operations if op.operation.name == "pock.gradient"] == ["a"]


@pytest.mark.parametrize(
    ("body", "trained", "message"),
    [
        (_tied, (), "no parameter is trained"),
        (lambda read: read("b"), ("a",), "the loss does not depend on any trained parameter"),
        (lambda read: math.CeilOp(read("a")).result, ("a",), "'math.ceil' op has no gradient rule"),
    ],
)
def test_what_cannot_be_differentiated(
    context: ir.Context, body: Callable[[READ], ir.Value], trained: Sequence[str], message: str
) -> None:
    with context, ir.Location.unknown():
        module = _module({"f": body}, trained)
        with pytest.raises(PassError, match=message):
            run_pipeline(module, "pock-autodiff{function=f}")
