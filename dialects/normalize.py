"""Normalisation over dimensions: what layer, group, instance and batch normalisation have in common."""

from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import (
    I64Array,
    Pock,
    build,
    i64_array,
    ranked,
    require,
    require_float,
    require_one_element_type,
    require_same_type,
    shape_of,
    verifier,
)
from .traits import Pure, Reduces


class NormalizeOp(Pock.Operation, name="normalize", traits=[Pure, Reduces]):
    """(x - mean) / sqrt(variance + eps), with mean and (biased) variance over the dimensions `dims`.

    Over the last dimensions this is layer normalisation (Ba et al., arXiv:1607.06450), over all but the channels batch
    normalisation (Ioffe and Szegedy, arXiv:1502.03167). The affine part is ordinary arithmetic after it, so that its
    gradients come from the rules of arithmetic. `mean` and `variance`, of the remaining dimensions' shape, are there to
    be kept (running statistics); no gradient flows through them. The gradient needs the result and the variance: the
    input is not saved for backward.
    """

    x: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]
    mean: Result[ir.RankedTensorType]
    variance: Result[ir.RankedTensorType]
    dims: I64Array
    eps: ir.FloatAttr

    @verifier
    def verify_invariants(self) -> None:
        require_float("x", self.x)
        require_same_type("x", self.x, "result", self.result)
        shape = shape_of(self.x)
        dims = i64_array(self, "dims", minimum=0)
        require(
            bool(dims) and dims == sorted(set(dims)) and dims[-1] < len(shape),
            f"attribute 'dims' must be one or more increasing dimensions of {self.x.type}, got {dims}",
        )
        expected = [s for d, s in enumerate(shape) if d not in dims]
        for what, value in (("mean", self.mean), ("variance", self.variance)):
            require(shape_of(value) == expected, f"shape of {what} {shape_of(value)} is not {expected}")
        require_one_element_type("results", self.result, self.mean, self.variance)


def normalize(x: ir.Value, dims: Sequence[int], eps: float) -> NormalizeOp:
    """The op, with its results `result`, `mean` and `variance`."""
    shape = [s for d, s in enumerate(shape_of(x)) if d not in dims]
    rows = ir.RankedTensorType.get(shape, ranked(x).element_type)
    return build("pock.normalize", [x.type, rows, rows], [x], dims=sorted(dims), eps=float(eps))
