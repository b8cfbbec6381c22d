"""Lowering of cross-entropy and its gradient; the formulas stand with the ops.

The one-hot of the target is a comparison inside the loops, never a tensor.
"""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg, math, tensor

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.cross_entropy import CrossEntropyGradOp, CrossEntropyOp
from pock_mlir.dialects.structured import elementwise, identity_map, projection, reduction
from pock_mlir.dialects.upstream import constant
from pock_mlir.passes.lowering.lowerings import lowering

from .softmax import log_softmax_of


def _add(a: ir.Value, b: ir.Value) -> ir.Value:
    return arith.AddFOp(a, b).result


def _mul(a: ir.Value, b: ir.Value) -> ir.Value:
    return arith.MulFOp(a, b).result


@lowering("pock.cross_entropy")
def cross_entropy(op: CrossEntropyOp) -> ir.Value:
    element = ranked(op.logits).element_type
    losses = _sample_losses(op, log_softmax_of(op.logits, 1))
    if op.reduction.value == "none":
        return losses
    total = reduction([losses], [0], 0.0, _add)
    if op.reduction.value == "sum":
        return total
    weight = reduction([_target_weights(op)], [0], 0.0, _add)
    return elementwise([], element, [total, weight], lambda t, w: arith.DivFOp(t, w).result)


def _sample_losses(op: CrossEntropyOp, log_probabilities: ir.Value) -> ir.Value:
    """The loss of each sample [N], zero where it is ignored."""
    element, classes = ranked(op.logits).element_type, shape_of(op.logits)[1]
    smoothing = op.label_smoothing.value

    def term(logp: ir.Value, target: ir.Value, weight: ir.Value, accumulator: ir.Value) -> ir.Value:
        factor = arith.SelectOp(
            _is_target(target, 1), constant(1.0 - smoothing, element), constant(0.0, element)
        ).result
        if smoothing:
            factor = _add(factor, constant(smoothing / classes, element))
        # A class that counts for nothing must not turn logp = -inf into NaN.
        product = _mul(_mul(factor, weight), logp)
        zero = constant(0.0, element)
        counted = arith.CmpFOp(arith.CmpFPredicate.UNE, factor, zero).result
        counted = arith.AndIOp(counted, _is_counted(op, target)).result
        return arith.SubFOp(accumulator, arith.SelectOp(counted, product, zero).result).result

    maps = [identity_map(2), projection(2, [0]), projection(2, [1])]
    return reduction([log_probabilities, op.target, op.class_weight], [1], 0.0, term, maps)


@lowering("pock.cross_entropy_grad")
def cross_entropy_grad(op: CrossEntropyGradOp) -> ir.Value:
    element = ranked(op.logits).element_type
    n, c = shape_of(op.logits)
    smoothing = op.label_smoothing.value
    scale = _sample_scales(op)
    total_weight = reduction([op.class_weight], [0], 0.0, _add)
    log_probabilities = log_softmax_of(op.logits, 1)

    def gradient(logp, target, weight, target_weight, all_weights, sample_scale):
        hard = _mul(target_weight, constant(1.0 - smoothing, element))
        mass, taken = hard, arith.SelectOp(_is_target(target, 1), hard, constant(0.0, element)).result
        if smoothing:
            uniform = constant(smoothing / c, element)
            mass = _add(mass, _mul(uniform, all_weights))
            taken = _add(taken, _mul(uniform, weight))
        difference = arith.SubFOp(_mul(math.ExpOp(logp).result, mass), taken).result
        return _mul(difference, sample_scale)

    rows, columns, scalar = projection(2, [0]), projection(2, [1]), projection(2, [])
    inputs = [log_probabilities, op.target, op.class_weight, _target_weights(op), total_weight, scale]
    return elementwise([n, c], element, inputs, gradient, [identity_map(2), rows, columns, rows, scalar, rows])


def _sample_scales(op: CrossEntropyGradOp) -> ir.Value:
    """d total / d loss of each sample [N]: the cotangent, over the sum of weights for a mean, zero where the sample is
    ignored.
    """
    element, n = ranked(op.logits).element_type, shape_of(op.target)[0]
    rows = projection(1, [0])
    inputs, maps = [op.target, op.cotangent], [rows, rows if op.reduction.value == "none" else projection(1, [])]
    if op.reduction.value == "mean":
        inputs.append(reduction([_target_weights(op)], [0], 0.0, _add))
        maps.append(projection(1, []))

    def scale(target: ir.Value, cotangent: ir.Value, *divisor: ir.Value) -> ir.Value:
        if divisor:
            cotangent = arith.DivFOp(cotangent, divisor[0]).result
        return arith.SelectOp(_is_counted(op, target), cotangent, constant(0.0, element)).result

    return elementwise([n], element, inputs, scale, maps)


def _target_weights(op: CrossEntropyOp | CrossEntropyGradOp) -> ir.Value:
    """The class weight of each sample's target [N], zero where the sample is ignored."""
    element, n = ranked(op.logits).element_type, shape_of(op.target)[0]

    def weight(target: ir.Value) -> ir.Value:
        counted = _is_counted(op, target)
        # An ignored target is no valid index.
        safe = arith.SelectOp(counted, target, constant(0, target.type)).result
        value = tensor.ExtractOp(op.class_weight, [arith.IndexCastOp(ir.IndexType.get(), safe).result]).result
        return arith.SelectOp(counted, value, constant(0.0, element)).result

    return elementwise([n], element, [op.target], weight)


def _is_target(target: ir.Value, dim: int) -> ir.Value:
    index = arith.IndexCastOp(target.type, linalg.IndexOp(dim).result).result
    return arith.CmpIOp(arith.CmpIPredicate.eq, index, target).result


def _is_counted(op: CrossEntropyOp | CrossEntropyGradOp, target: ir.Value) -> ir.Value:
    return arith.CmpIOp(arith.CmpIPredicate.ne, target, constant(op.ignore_index.value, target.type)).result
