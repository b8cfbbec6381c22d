"""Random numbers by a counter-based generator: a function of seed, step and place, with no hidden state."""

from typing import Any

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import Pock, build, require, require_float, require_same_type, verifier
from .traits import Draws, Pure


def _require_counters(op: Any) -> None:
    for what, value in (("seed", op.seed), ("step", op.step)):
        require(_is_counter(value.type), f"expects {what} of type tensor<i32>, got {value.type}")
    require(op.stream.value >= 0, f"attribute 'stream' must not be negative, got {op.stream.value}")


def _is_counter(type: ir.Type) -> bool:
    if not isinstance(type, ir.RankedTensorType) or type.rank != 0:
        return False
    element = type.element_type
    return isinstance(element, ir.IntegerType) and element.is_signless and element.width == 32


class UniformOp(Pock.Operation, name="uniform", traits=[Pure, Draws]):
    """Random numbers, uniform over [0, 1): multiples of 2^-24.

    Element i is a function of `seed`, `step`, `stream` and i alone (Threefry-2x32 with 20 rounds, Salmon et al., SC'11,
    in integers), so it is the same on every target. Ops with different `stream` draw different numbers.
    """

    seed: Operand[ir.RankedTensorType]
    step: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]
    stream: ir.IntegerAttr

    @verifier
    def verify_invariants(self) -> None:
        _require_counters(self)
        require_float("result", self.result)


class DropoutOp(Pock.Operation, name="dropout", traits=[Pure, Draws]):
    """Each element of x becomes 0 with probability `rate`, else x / (1 - rate) (Srivastava et al., JMLR 15, 2014).

    Which elements stay is drawn as by `pock.uniform`. It is linear in x: the gradient draws the same numbers again, and
    no mask is saved for backward.
    """

    x: Operand[ir.RankedTensorType]
    seed: Operand[ir.RankedTensorType]
    step: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]
    rate: ir.FloatAttr
    stream: ir.IntegerAttr

    linear_operands = (0,)

    @verifier
    def verify_invariants(self) -> None:
        _require_counters(self)
        require_float("x", self.x)
        require_same_type("x", self.x, "result", self.result)
        require(0.0 <= self.rate.value < 1.0, f"attribute 'rate' must be in [0, 1), got {self.rate.value}")


def uniform(seed: ir.Value, step: ir.Value, type: ir.RankedTensorType, stream: int) -> ir.Value:
    return build("pock.uniform", [type], [seed, step], stream=stream).result


def dropout(x: ir.Value, seed: ir.Value, step: ir.Value, rate: float, stream: int) -> ir.Value:
    return build("pock.dropout", [x.type], [x, seed, step], rate=float(rate), stream=stream).result
