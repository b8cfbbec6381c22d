"""Permutation of dimensions."""

from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import I64Array, Pock, build, i64_array, ranked, require, require_one_element_type, shape_of, verifier
from .traits import Pure, Selects


class TransposeOp(Pock.Operation, name="transpose", traits=[Pure, Selects]):
    """Permutes the dimensions: dimension i of the result is dimension `permutation[i]` of x."""

    x: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]
    permutation: I64Array

    linear_operands = (0,)

    @verifier
    def verify_invariants(self) -> None:
        shape = shape_of(self.x)
        permutation = i64_array(self, "permutation", size=len(shape))
        require(
            sorted(permutation) == list(range(len(shape))),
            f"attribute 'permutation' must permute {len(shape)} dimensions, got {permutation}",
        )
        expected = [shape[p] for p in permutation]
        require(shape_of(self.result) == expected, f"result shape {shape_of(self.result)} is not {expected}")
        require_one_element_type("x and result", self.x, self.result)

    def operand_axes(self, axis: int) -> list[int | None]:
        return [list(self.permutation)[axis]]


def transpose(x: ir.Value, permutation: Sequence[int]) -> ir.Value:
    if list(permutation) == list(range(len(permutation))):
        return x
    shape = shape_of(x)
    result = ir.RankedTensorType.get([shape[p] for p in permutation], ranked(x).element_type)
    return build("pock.transpose", [result], [x], permutation=list(permutation)).result
