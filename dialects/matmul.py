"""Matrix multiplication over leading batch dimensions."""

import math

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import Bool, Pock, build, ranked, require, require_one_element_type, shape_of, verifier
from .traits import Contracts, Pure


class MatmulOp(Pock.Operation, name="matmul", traits=[Pure, Contracts]):
    """`lhs @ rhs` over the two last dimensions; the dimensions before them are batch dimensions and must be equal.

    lhs is [..., M, K], or [..., K, M] with `transpose_lhs`; rhs is [..., K, N], or [..., N, K] with `transpose_rhs`;
    the result is [..., M, N].
    """

    lhs: Operand[ir.RankedTensorType]
    rhs: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]
    transpose_lhs: Bool
    transpose_rhs: Bool

    linear_operands = (0, 1)

    @verifier
    def verify_invariants(self) -> None:
        lhs, rhs = shape_of(self.lhs), shape_of(self.rhs)
        require(
            len(lhs) == len(rhs) >= 2,
            f"expects operands of one rank, at least 2, got {self.lhs.type} and {self.rhs.type}",
        )
        require(lhs[:-2] == rhs[:-2], f"batch dimensions differ: {lhs[:-2]} and {rhs[:-2]}")
        (m, k), (k_rhs, n) = self.sizes()
        require(k == k_rhs, f"contracting dimensions differ: {k} and {k_rhs}")
        expected = [*lhs[:-2], m, n]
        require(shape_of(self.result) == expected, f"result shape {shape_of(self.result)} is not {expected}")
        require_one_element_type("operands and result", self.lhs, self.rhs, self.result)

    def sizes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """((M, K), (K, N))."""
        *_, m, k = shape_of(self.lhs)
        *_, k_rhs, n = shape_of(self.rhs)
        if self.transpose_lhs.value:
            m, k = k, m
        if self.transpose_rhs.value:
            k_rhs, n = n, k_rhs
        return (m, k), (k_rhs, n)

    def operand_axes(self, axis: int) -> list[int | None]:
        rank = len(shape_of(self.result))
        if axis < rank - 2:
            return [axis, axis]
        if axis == rank - 2:
            return [rank - 1 if self.transpose_lhs.value else rank - 2, None]
        return [None, rank - 2 if self.transpose_rhs.value else rank - 1]

    @property
    def flops(self) -> int:
        """Multiplications and additions."""
        (m, k), (_, n) = self.sizes()
        return 2 * math.prod(shape_of(self.lhs)[:-2]) * m * k * n


def matmul(lhs: ir.Value, rhs: ir.Value, *, transpose_lhs: bool = False, transpose_rhs: bool = False) -> ir.Value:
    m = shape_of(lhs)[-1 if transpose_lhs else -2]
    n = shape_of(rhs)[-2 if transpose_rhs else -1]
    result = ir.RankedTensorType.get([*shape_of(lhs)[:-2], m, n], ranked(lhs).element_type)
    return build("pock.matmul", [result], [lhs, rhs], transpose_lhs=transpose_lhs, transpose_rhs=transpose_rhs).result
