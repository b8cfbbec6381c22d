"""Normalisation over the last dimensions."""

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import (
    Pock,
    Pure,
    build,
    ranked,
    require,
    require_float,
    require_one_element_type,
    require_same_type,
    shape_of,
    verifier,
)


class LayerNormOp(Pock.Operation, name="layer_norm", traits=[Pure]):
    """(x - mean) * rstd over the last `axes` dimensions, rstd = 1 / sqrt(variance + eps) (Ba et al., arXiv:1607.06450).

    The affine part is ordinary arithmetic after it, so that its gradients come from the rules of arithmetic. `rstd`, of
    the leading dimensions' shape, is what the gradient needs besides the result itself: the input is not saved for
    backward.
    """

    x: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]
    rstd: Result[ir.RankedTensorType]
    axes: ir.IntegerAttr
    eps: ir.FloatAttr

    @verifier
    def verify_invariants(self) -> None:
        require_float("x", self.x)
        require_same_type("x", self.x, "result", self.result)
        axes, shape = self.axes.value, shape_of(self.x)
        require(1 <= axes <= len(shape), f"attribute 'axes' must be between 1 and the rank {len(shape)}, got {axes}")
        expected = shape[: len(shape) - axes]
        require(shape_of(self.rstd) == expected, f"shape of rstd {shape_of(self.rstd)} is not {expected}")
        require_one_element_type("results", self.result, self.rstd)


def layer_norm(x: ir.Value, axes: int, eps: float) -> tuple[ir.Value, ir.Value]:
    """(normalised x, rstd)."""
    shape = shape_of(x)
    rstd = ir.RankedTensorType.get(shape[: len(shape) - axes], ranked(x).element_type)
    op = build("pock.layer_norm", [x.type, rstd], [x], axes=axes, eps=float(eps))
    return op.result, op.rstd
