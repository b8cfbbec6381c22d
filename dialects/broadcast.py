"""Broadcast to a larger shape."""

from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import Pock, build, ranked, require, require_one_element_type, shape_of, verifier
from .traits import Pure, Selects


class BroadcastOp(Pock.Operation, name="broadcast", traits=[Pure, Selects]):
    """Repeats x to the result's shape by numpy's rule: shapes are aligned at the last dimension, and size 1 or a
    missing dimension stretches.
    """

    x: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    linear_operands = (0,)

    @verifier
    def verify_invariants(self) -> None:
        source, target = shape_of(self.x), shape_of(self.result)
        aligned = [1] * (len(target) - len(source)) + source
        fits = len(source) <= len(target) and all(s in (1, t) for s, t in zip(aligned, target, strict=True))
        require(fits, f"shape {source} does not broadcast to {target}")
        require_one_element_type("x and result", self.x, self.result)

    def operand_axes(self, axis: int) -> list[int | None]:
        missing = len(shape_of(self.result)) - len(shape_of(self.x))
        return [None if axis in self.stretched() else axis - missing]

    def stretched(self) -> list[int]:
        """The result's dimensions along which x is repeated."""
        source, target = shape_of(self.x), shape_of(self.result)
        aligned = [0] * (len(target) - len(source)) + source
        return [i for i, (s, t) in enumerate(zip(aligned, target, strict=True)) if s != t]


def broadcast(x: ir.Value, shape: Sequence[int]) -> ir.Value:
    if shape_of(x) == list(shape):
        return x
    return build("pock.broadcast", [ir.RankedTensorType.get(list(shape), ranked(x).element_type)], [x]).result


def broadcast_shape(a: list[int], b: list[int]) -> list[int]:
    """The shape that two shapes broadcast to."""
    rank = max(len(a), len(b))
    a, b = [1] * (rank - len(a)) + a, [1] * (rank - len(b)) + b
    return [y if x == 1 else x for x, y in zip(a, b, strict=True)]
