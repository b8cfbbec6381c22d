"""pock-fold-batch-norm: a frozen scale and shift behind a frozen convolution become part of its weight and one bias."""

from __future__ import annotations

from dataclasses import dataclass

from torch_mlir import ir

from pock_mlir.dialects.base import defining_op, shape_of
from pock_mlir.dialects.broadcast import BroadcastOp, broadcast
from pock_mlir.dialects.conv2d import Conv2dOp, Window, conv2d
from pock_mlir.dialects.state import ReadOp
from pock_mlir.dialects.upstream import add, mul, neg, reshape
from pock_mlir.passes.analyses.functions import functions_of, operations_of, trained_parameters
from pock_mlir.passes.machinery.registry import register_pass

CHAIN = ("arith.addf", "arith.subf", "arith.mulf")


@register_pass("pock-fold-batch-norm")
def fold_batch_norm(module: ir.Operation) -> None:
    """Folds per-channel arithmetic behind a convolution (batch normalisation by running statistics) into the weight.

    conv(x, w) * s + t becomes conv(x, w * s) + t: what is left to do for each pixel is one addition. It is done where
    w, s and t depend on no trained parameter. Run it after pock-apply-scheme and before pock-autodiff.
    """
    trained = trained_parameters(module)
    for function in functions_of(module):
        operations = operations_of(function)
        fixed = _independent(operations, trained)
        for op in operations:
            if isinstance(op, Conv2dOp) and op.weight in fixed:
                _fold(op, fixed)


def _independent(operations: list[ir.OpView], trained: set[str]) -> set[ir.Value]:
    """The values that depend on parameters only, none of them trained."""
    fixed: set[ir.Value] = set()
    for op in operations:
        operation = op.operation
        if isinstance(op, ReadOp):
            is_fixed = op.symbol.value not in trained
        else:
            is_fixed = all(value in fixed for value in operation.operands)
        if is_fixed:
            fixed.update(operation.results)
    return fixed


@dataclass
class _Affine:
    """x * scale + shift, vectors over the channels; None: 1 and 0."""

    scale: ir.Value | None = None
    shift: ir.Value | None = None

    def then(self, name: str, vector: ir.Value) -> None:
        if name == "arith.mulf":
            self.scale = vector if self.scale is None else mul(self.scale, vector)
            self.shift = None if self.shift is None else mul(self.shift, vector)
        else:
            vector = neg(vector) if name == "arith.subf" else vector
            self.shift = vector if self.shift is None else add(self.shift, vector)


def _fold(conv: ir.OpView, fixed: set[ir.Value]) -> None:
    steps = _chain(conv.result, fixed)
    if not any(step.name == "arith.mulf" for step, _ in steps):
        return
    end = steps[-1][0]
    with ir.InsertionPoint(end), end.location:
        affine = _Affine()
        for step, vector in steps:
            affine.then(step.name, vector)
        weight = mul(conv.weight, broadcast(affine.scale, shape_of(conv.weight)))
        result = conv2d(conv.image, weight, Window.of(conv), conv.groups.value)
        if affine.shift is not None:
            result = add(result, broadcast(affine.shift, shape_of(result)))
    end.results[0].replace_all_uses_with(result)


def _chain(value: ir.Value, fixed: set[ir.Value]) -> list[tuple[ir.Operation, ir.Value]]:
    """The ops that scale and shift the value by fixed vectors over its channels, one after the other."""
    steps = []
    while True:
        uses = list(value.uses)
        if len(uses) != 1 or uses[0].owner.name not in CHAIN:
            return steps
        step = uses[0].owner
        left, right = step.operands
        vector = _channel_vector(right if left == value else left, fixed)
        if vector is None or left == right or (step.name == "arith.subf" and right == value):
            return steps
        steps.append((step, vector))
        value = step.results[0]


def _channel_vector(value: ir.Value, fixed: set[ir.Value]) -> ir.Value | None:
    """The vector over the last dimension that a fixed value repeats, if it does."""
    op = defining_op(value, BroadcastOp)
    if value not in fixed or op is None:
        return None
    source, channels = op.x, shape_of(value)[-1]
    shape = shape_of(source)
    if not shape or shape[-1] != channels or any(size != 1 for size in shape[:-1]):
        return None
    with ir.InsertionPoint(op), op.operation.location:
        return reshape(source, [channels])
