"""A value and what its derivative is said to be."""

from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import Pock, build, require_float, require_same_type, verifier
from .state import stop_gradient
from .traits import Elementwise, Pure


class WithSlopeOp(Pock.Operation, name="with_slope", traits=[Pure, Elementwise]):
    """`value`, whose derivative by `x` is elementwise `slope` besides what it is by the ops that computed it."""

    value: Operand[ir.RankedTensorType]
    x: Operand[ir.RankedTensorType]
    slope: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    differentiated_operands = (0, 1)

    @verifier
    def verify_invariants(self) -> None:
        require_float("value", self.value)
        for name, operand in (("x", self.x), ("slope", self.slope), ("result", self.result)):
            require_same_type("value", self.value, name, operand)


def with_slope(value: ir.Value, x: ir.Value, slope: ir.Value) -> ir.Value:
    return build("pock.with_slope", [value.type], [value, x, slope]).result


def with_slopes(value: ir.Value, slopes: Sequence[tuple[ir.Value, ir.Value]]) -> ir.Value:
    """`value`, whose derivatives are only those given: pairs of an operand and the derivative by it."""
    value = stop_gradient(value)
    for x, slope in slopes:
        value = with_slope(value, x, stop_gradient(slope))
    return value
