"""Cross-entropy between logits and class indices, and its gradient."""

from typing import Any

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import Pock, build, ranked, require, require_float, require_one_element_type, shape_of, verifier
from .traits import Pure, Reduces

REDUCTIONS = ("none", "mean", "sum")


def _verify_common(op: Any) -> None:
    logits, target, weight = shape_of(op.logits), shape_of(op.target), shape_of(op.class_weight)
    require_float("logits", op.logits)
    require(len(logits) == 2, f"expects logits of rank 2 [samples, classes], got {op.logits.type}")
    require(
        isinstance(ranked(op.target).element_type, ir.IntegerType),
        f"expects target of an integer type, got {op.target.type}",
    )
    require(target == logits[:1], f"shape of target {target} is not {logits[:1]}")
    require(weight == logits[1:], f"shape of class_weight {weight} is not {logits[1:]}")
    require(
        op.reduction.value in REDUCTIONS,
        f"attribute 'reduction' must be one of {', '.join(REDUCTIONS)}, got '{op.reduction.value}'",
    )
    require(
        0.0 <= op.label_smoothing.value <= 1.0,
        f"attribute 'label_smoothing' must be between 0 and 1, got {op.label_smoothing.value}",
    )


class CrossEntropyOp(Pock.Operation, name="cross_entropy", traits=[Pure, Reduces]):
    """Cross-entropy of `logits` [N, C] and class indices `target` [N], with weights per class `class_weight` [C].

    For each sample n whose target t is not `ignore_index`, with e = `label_smoothing`: loss_n = -(1 - e) * w[t] *
    logp[n, t] - e / C * sum_c w[c] * logp[n, c]. `reduction` "mean" divides the sum by the sum of w[t] over those
    samples. The definition is that of torch.nn.CrossEntropyLoss.
    """

    logits: Operand[ir.RankedTensorType]
    target: Operand[ir.RankedTensorType]
    class_weight: Operand[ir.RankedTensorType]
    loss: Result[ir.RankedTensorType]
    reduction: ir.StringAttr
    ignore_index: ir.IntegerAttr
    label_smoothing: ir.FloatAttr

    differentiated_operands = (0,)

    @verifier
    def verify_invariants(self) -> None:
        _verify_common(self)
        expected = shape_of(self.target) if self.reduction.value == "none" else []
        require(shape_of(self.loss) == expected, f"shape of loss {shape_of(self.loss)} is not {expected}")
        require_one_element_type("logits, class_weight and loss", self.logits, self.class_weight, self.loss)


class CrossEntropyGradOp(Pock.Operation, name="cross_entropy_grad", traits=[Pure, Reduces]):
    """The gradient of `pock.cross_entropy` with respect to the logits; `cotangent` is that of the loss.

    d loss_n / d logits[n, c] = p[n, c] * ((1 - e) * w[t] + e / C * sum w) - (1 - e) * w[t] * [c = t] - e / C * w[c], p
    the softmax of the logits.
    """

    cotangent: Operand[ir.RankedTensorType]
    logits: Operand[ir.RankedTensorType]
    target: Operand[ir.RankedTensorType]
    class_weight: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]
    reduction: ir.StringAttr
    ignore_index: ir.IntegerAttr
    label_smoothing: ir.FloatAttr

    @verifier
    def verify_invariants(self) -> None:
        _verify_common(self)
        require(
            self.result.type == self.logits.type,
            f"expects logits and result of the same type, got {self.logits.type} and {self.result.type}",
        )
        expected = shape_of(self.target) if self.reduction.value == "none" else []
        require(
            shape_of(self.cotangent) == expected, f"shape of cotangent {shape_of(self.cotangent)} is not {expected}"
        )
        values = (self.logits, self.class_weight, self.cotangent)
        require_one_element_type("logits, class_weight and cotangent", *values)


def cross_entropy(
    logits: ir.Value,
    target: ir.Value,
    class_weight: ir.Value,
    *,
    reduction: str = "mean",
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> ir.Value:
    shape = shape_of(target) if reduction == "none" else []
    result = ir.RankedTensorType.get(shape, ranked(logits).element_type)
    options = {"reduction": reduction, "ignore_index": ignore_index, "label_smoothing": float(label_smoothing)}
    return build("pock.cross_entropy", [result], [logits, target, class_weight], **options).loss


def cross_entropy_grad(op: CrossEntropyOp, cotangent: ir.Value) -> ir.Value:
    """The gradient that belongs to the forward op `op`."""
    options = {name: op.operation.attributes[name] for name in ("reduction", "ignore_index", "label_smoothing")}
    operands = [cotangent, op.logits, op.target, op.class_weight]
    return build("pock.cross_entropy_grad", [op.logits.type], operands, **options).result
