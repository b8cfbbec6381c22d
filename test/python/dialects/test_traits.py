"""Each op is asked what it is, and its answers are checked against what it does."""

from __future__ import annotations

import pytest
from torch_mlir import ir

from pock_mlir.dialects import load_dialects, op_classes
from pock_mlir.dialects.traits import (
    Contracts,
    Converts,
    Draws,
    Elementwise,
    EndsGradient,
    GradientMark,
    Literal,
    OfState,
    Pure,
    ReadEffect,
    ReadsWide,
    Reduces,
    RegionEffects,
    Scatters,
    Selects,
    Trait,
    Windows,
    WriteEffect,
    traits_of,
)

PURE = {Pure}
ELEMENTWISE = {Pure, Elementwise}
ANSWERS: dict[str, set[type[Trait]]] = {
    "pock.assign": {WriteEffect, OfState},
    "pock.avg_pool2d": {Pure, Windows},
    "pock.avg_pool2d_grad": {Pure, Windows},
    "pock.broadcast": {Pure, Selects},
    "pock.conv2d": {Pure, Contracts},
    "pock.conv2d_input_grad": {Pure, Contracts},
    "pock.conv2d_weight_grad": {Pure, Contracts},
    "pock.cotangent": {Pure, GradientMark},
    "pock.cross_entropy": {Pure, Reduces},
    "pock.cross_entropy_grad": {Pure, Reduces},
    "pock.custom_vjp": {Pure, GradientMark},
    "pock.dispatch": {RegionEffects, OfState},
    "pock.dropout": {Pure, Draws},
    "pock.embedding": {Pure, Selects},
    "pock.embedding_grad": {Pure, Scatters},
    "pock.gelu": ELEMENTWISE,
    "pock.gradient": {WriteEffect},
    "pock.log_softmax": {Pure, Reduces, ReadsWide},
    "pock.matmul": {Pure, Contracts},
    "pock.max_pool2d": {Pure, Windows},
    "pock.max_pool2d_grad": {Pure, Windows},
    "pock.normalize": {Pure, Reduces},
    "pock.output": {OfState},
    "pock.parameter": {OfState},
    "pock.parameter_view": {OfState},
    "pock.read": {ReadEffect, OfState},
    "pock.reduce": {Pure, Reduces},
    "pock.relu": {Pure, Elementwise, Selects},
    "pock.sigmoid": ELEMENTWISE,
    "pock.silu": ELEMENTWISE,
    "pock.slice": {Pure, Selects},
    "pock.softmax": {Pure, Reduces, ReadsWide},
    "pock.state": {OfState},
    "pock.stop_gradient": {Pure, Elementwise, Selects, EndsGradient},
    "pock.transpose": {Pure, Selects},
    "pock.uniform": {Pure, Draws},
    "pock.update": {WriteEffect, OfState},
    "pock.with_slope": ELEMENTWISE,
    "pock.yield": {OfState},
    "pock.zero_gradient": {Pure, Elementwise, Selects, EndsGradient},
    "arith.addf": ELEMENTWISE,
    "arith.constant": {Pure, Literal},
    "arith.extf": {Pure, Elementwise, Converts},
    "arith.select": {Pure, Elementwise, Selects},
    "arith.sitofp": ELEMENTWISE,
    "math.exp": ELEMENTWISE,
    "tensor.collapse_shape": {Pure, Selects},
    "tensor.insert_slice": PURE,
    "func.call": set(),
    "func.return": set(),
    "unknown.op": set(),
}


@pytest.fixture(scope="module", autouse=True)
def dialects() -> None:
    load_dialects(ir.Context())


@pytest.mark.parametrize("name", ANSWERS)
def test_what_an_op_is(name: str) -> None:
    assert traits_of(name) == ANSWERS[name]


def test_every_op_of_the_dialect_is_asked() -> None:
    assert {name for name in ANSWERS if name.startswith("pock.")} == {op.OPERATION_NAME for op in op_classes()}
