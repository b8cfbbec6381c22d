"""What ops and dispatches cost, against what is counted by hand."""

from __future__ import annotations

import pytest
from torch_mlir import ir

from pock_mlir.dialects import load_dialects
from pock_mlir.passes.analyses.cost import Cost, cost_of, flops_of, state_types
from pock_mlir.passes.analyses.functions import functions_of, operations_of
from pock_mlir.passes.machinery.pipeline import run_pipeline

WINDOW = "strides = array<i64: 1, 1>, padding = array<i64: 1, 1>, dilations = array<i64: 1, 1>"
IMAGE, WEIGHT, OUTPUT = "tensor<2x8x8x4xf32>", "tensor<3x3x2x6xf32>", "tensor<2x8x8x6xf32>"
CONV = 2 * (2 * 8 * 8 * 6) * (3 * 3 * 2)

# An op, its operands' types, and the operations that it takes.
OPS = {
    "matmul": (
        '"pock.matmul"(%0, %1) {transpose_lhs = true, transpose_rhs = false} : (T0, T1) -> tensor<2x4x5xf32>',
        ["tensor<2x3x4xf32>", "tensor<2x3x5xf32>"],
        2 * 2 * 4 * 3 * 5,
    ),
    "conv2d": (f'"pock.conv2d"(%0, %1) {{groups = 2 : i64, {WINDOW}}} : (T0, T1) -> {OUTPUT}', [IMAGE, WEIGHT], CONV),
    "conv2d_input_grad": (
        f'"pock.conv2d_input_grad"(%0, %1) {{groups = 2 : i64, {WINDOW}}} : (T0, T1) -> {IMAGE}',
        [OUTPUT, WEIGHT],
        CONV,
    ),
    "conv2d_weight_grad": (
        f'"pock.conv2d_weight_grad"(%0, %1) {{groups = 2 : i64, {WINDOW}}} : (T0, T1) -> {WEIGHT}',
        [OUTPUT, IMAGE],
        CONV,
    ),
    "reduce": (
        '"pock.reduce"(%0) {dims = array<i64: 0>, kind = "sum"} : (T0) -> tensor<5xf32>',
        ["tensor<7x5xf32>"],
        35,
    ),
    "addf": ("arith.addf %0, %1 : tensor<7x5xf32>", ["tensor<7x5xf32>"] * 2, 35),
    "exp": ("math.exp %0 : tensor<7x5xf32>", ["tensor<7x5xf32>"], 35),
    "relu": ('"pock.relu"(%0) : (T0) -> T0', ["tensor<7x5xf32>"], 0),
    "transpose": (
        '"pock.transpose"(%0) {permutation = array<i64: 1, 0>} : (T0) -> tensor<5x7xf32>',
        ["tensor<7x5xf32>"],
        0,
    ),
    "constant": ("arith.constant dense<1.0> : tensor<7x5xf32>", [], 0),
    "truncf": ("arith.truncf %0 : T0 to tensor<7x5xbf16>", ["tensor<7x5xf32>"], 0),
}


@pytest.fixture
def context() -> ir.Context:
    context = ir.Context()
    load_dialects(context)
    return context


@pytest.mark.parametrize("name", OPS)
def test_operations(name: str, context: ir.Context) -> None:
    text, types, flops = OPS[name]
    for index, type in enumerate(types):
        text = text.replace(f"T{index}", type)
    arguments = ", ".join(f"%{index}: {type}" for index, type in enumerate(types))
    module = ir.Module.parse(f"func.func @f({arguments}) {{\n %r = {text}\n return }}", context)
    op, _ = operations_of(next(functions_of(module.operation)))
    assert flops_of(op) == flops


def test_a_dispatch_touches_its_inputs_outputs_and_states(context: ir.Context) -> None:
    """Each once, whatever passes inside; a state is read and written."""
    module = ir.Module.parse(
        """
        "pock.parameter"() {kind = "parameter", sym_name = "w", type = tensor<3x4xf32>, update = "full"} : () -> ()
        "pock.state"() {init = 0.0, sym_name = "m", type = tensor<3x4xf32>} : () -> ()
        func.func @f(%g: tensor<2x3xf32>, %x: tensor<2x4xf32>) {
          %0 = "pock.matmul"(%g, %x) {transpose_lhs = true, transpose_rhs = false} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<3x4xf32>
          %1 = arith.mulf %0, %0 : tensor<3x4xf32>
          "pock.update"(%1) ({
          ^bb0(%a: f32, %w: f32, %m: f32):
            %2 = arith.addf %m, %a : f32
            %3 = arith.subf %w, %2 : f32
            "pock.yield"(%3, %2) : (f32, f32) -> ()
          }) {operandSegmentSizes = array<i32: 1, 0>, states = [@w, @m]} : (tensor<3x4xf32>) -> ()
          return
        }
        """,  # noqa: E501
        context,
    )
    run_pipeline(module, "pock-form-dispatches")
    dispatch, _ = operations_of(next(functions_of(module.operation)))
    flops = 2 * 3 * 2 * 4 + 12 + 2 * 12
    states = 2 * 3 * 4 * 4
    cost = cost_of(dispatch, state_types(module.operation))
    assert cost == Cost(flops, read=(2 * 3 + 2 * 4) * 4 + states, written=states)
    assert cost.intensity == flops / (56 + 2 * states)
