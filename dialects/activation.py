"""Activation functions that upstream's math dialect lacks (tanh, exp, ... are `math` ops)."""

from typing import Any

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import OptionalAttribute, Pock, build, require, require_float, require_same_type, verifier
from .traits import Elementwise, Pure, Selects

GELU_FORMS = ("none", "tanh")


def _verify(op: Any) -> None:
    require_float("x", op.x)
    require_same_type("x", op.x, "result", op.result)


class _Activation(Pock.Operation, traits=[Pure, Elementwise]):
    """What activation functions share."""

    x: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    verify_invariants = verifier(_verify)


class ReluOp(_Activation, name="relu", traits=[Selects]):
    """max(x, 0), elementwise. NaN stays NaN. With the optional attribute `limit` (float), at most that: min(max(x, 0),
    limit).
    """

    limit = OptionalAttribute(ir.FloatAttr)

    @verifier
    def verify_invariants(self) -> None:
        _verify(self)
        require(
            self.limit is None or self.limit.value > 0,
            f"attribute 'limit' must be a positive floating-point number, got {self.limit}",
        )

    @property
    def upper(self) -> float | None:
        """The limit, if there is one."""
        return None if self.limit is None else self.limit.value


class SigmoidOp(_Activation, name="sigmoid"):
    """1 / (1 + exp(-x)), elementwise."""


class SiluOp(_Activation, name="silu"):
    """x * sigmoid(x), elementwise."""


class GeluOp(_Activation, name="gelu"):
    """x * Phi(x), elementwise, Phi the standard normal distribution function (Hendrycks and Gimpel, arXiv:1606.08415).

    `approximate` is "none" (by erf) or "tanh": x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))).
    """

    approximate: ir.StringAttr

    @verifier
    def verify_invariants(self) -> None:
        _verify(self)
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
