"""Activation functions that upstream's math dialect lacks (tanh, exp, ... are `math` ops)."""

from typing import Any

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import OptionalAttribute, Pock, build, require, require_float, require_same_type, verifier
from .traits import Elementwise, Pure, Selects

GELU_FORMS = ("none", "tanh")


class ReluOp(Pock.Operation, name="relu", traits=[Pure, Elementwise, Selects]):
    """max(x, 0), elementwise. NaN stays NaN. With the optional attribute `limit` (float), at most that: min(max(x, 0),
    limit).
    """

    x: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    limit = OptionalAttribute(ir.FloatAttr)

    @verifier
    def verify_invariants(self) -> None:
        require_float("x", self.x)
        require_same_type("x", self.x, "result", self.result)
        require(
            self.limit is None or self.limit.value > 0,
            f"attribute 'limit' must be a positive floating-point number, got {self.limit}",
        )

    @property
    def upper(self) -> float | None:
        """The limit, if there is one."""
        return None if self.limit is None else self.limit.value


class SigmoidOp(Pock.Operation, name="sigmoid", traits=[Pure, Elementwise]):
    """1 / (1 + exp(-x)), elementwise."""

    x: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    @verifier
    def verify_invariants(self) -> None:
        require_float("x", self.x)
        require_same_type("x", self.x, "result", self.result)


class SiluOp(Pock.Operation, name="silu", traits=[Pure, Elementwise]):
    """x * sigmoid(x), elementwise."""

    x: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    @verifier
    def verify_invariants(self) -> None:
        require_float("x", self.x)
        require_same_type("x", self.x, "result", self.result)


class GeluOp(Pock.Operation, name="gelu", traits=[Pure, Elementwise]):
    """x * Phi(x), elementwise, Phi the standard normal distribution function (Hendrycks and Gimpel, arXiv:1606.08415).

    `approximate` is "none" (by erf) or "tanh": x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))).
    """

    x: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]
    approximate: ir.StringAttr

    @verifier
    def verify_invariants(self) -> None:
        require_float("x", self.x)
        require_same_type("x", self.x, "result", self.result)
        form = self.approximate.value
        require(form in GELU_FORMS, f"attribute 'approximate' must be one of {', '.join(GELU_FORMS)}, got '{form}'")


def relu(x: ir.Value, limit: float | None = None) -> ir.Value:
    extra: dict[str, Any] = {} if limit is None else {"limit": float(limit)}
    return build("pock.relu", [x.type], [x], **extra).result


def sigmoid(x: ir.Value) -> ir.Value:
    return build("pock.sigmoid", [x.type], [x]).result


def silu(x: ir.Value) -> ir.Value:
    return build("pock.silu", [x.type], [x]).result


def gelu(x: ir.Value, approximate: str = "none") -> ir.Value:
    return build("pock.gelu", [x.type], [x], approximate=approximate).result
