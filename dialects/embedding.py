"""Rows of a table by index, and the gradient of that."""

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import OptionalAttribute, Pock, build, ranked, require, require_one_element_type, shape_of, verifier
from .traits import Pure, Scatters, Selects


def _require_integer(what: str, value: ir.Value) -> None:
    element = ranked(value).element_type
    require(isinstance(element, ir.IntegerType), f"expects {what} of an integer type, got element type {element}")


class EmbeddingOp(Pock.Operation, name="embedding", traits=[Pure, Selects]):
    """Rows of `table` [V, D] at `indices` [...]: the result is [..., D]. Indices must be within [0, V).

    The optional attribute `padding_index` (integer) names a row that receives no gradient.
    """

    table: Operand[ir.RankedTensorType]
    indices: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]

    padding_index = OptionalAttribute(ir.IntegerAttr)

    linear_operands = (0,)

    @verifier
    def verify_invariants(self) -> None:
        _require_integer("indices", self.indices)
        table = shape_of(self.table)
        require(len(table) == 2, f"expects a table of rank 2, got {self.table.type}")
        expected = [*shape_of(self.indices), table[1]]
        require(shape_of(self.result) == expected, f"result shape {shape_of(self.result)} is not {expected}")
        require_one_element_type("table and result", self.table, self.result)
        padding = self.padding_index
        is_row = padding is None or 0 <= padding.value < table[0]
        require(is_row, f"attribute 'padding_index' must be a row of the table, got {padding}")

    def operand_axes(self, axis: int) -> list[int | None]:
        return [None, axis] if axis < len(shape_of(self.indices)) else [1, None]


class EmbeddingGradOp(Pock.Operation, name="embedding_grad", traits=[Pure, Scatters]):
    """The gradient of a table of `rows` rows: zeros to which each row of `cotangent` [..., D] is added at its index.

    Rows whose index is `padding_index` (-1: none) receive nothing.
    """

    cotangent: Operand[ir.RankedTensorType]
    indices: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]
    padding_index: ir.IntegerAttr

    linear_operands = (0,)

    @verifier
    def verify_invariants(self) -> None:
        _require_integer("indices", self.indices)
        cotangent, table = shape_of(self.cotangent), shape_of(self.result)
        require(
            cotangent[:-1] == shape_of(self.indices),
            f"shape {cotangent} of the cotangent does not extend that of the indices, {shape_of(self.indices)}",
        )
        require(len(table) == 2 and table[1] == cotangent[-1], f"result shape {table} is not [rows, {cotangent[-1]}]")
        require_one_element_type("cotangent and result", self.cotangent, self.result)
        padding = self.padding_index.value
        require(-1 <= padding < table[0], f"attribute 'padding_index' must be -1 or a row of the table, got {padding}")


def embedding(table: ir.Value, indices: ir.Value, padding_index: int = -1) -> ir.Value:
    """`padding_index` (discardable attribute) names a row that receives no gradient."""
    result = ir.RankedTensorType.get([*shape_of(indices), shape_of(table)[1]], ranked(table).element_type)
    extra = {} if padding_index < 0 else {"padding_index": padding_index}
    return build("pock.embedding", [result], [table, indices], **extra).result


def embedding_grad(cotangent: ir.Value, indices: ir.Value, rows: int, padding_index: int = -1) -> ir.Value:
    result = ir.RankedTensorType.get([rows, shape_of(cotangent)[-1]], ranked(cotangent).element_type)
    return build("pock.embedding_grad", [result], [cotangent, indices], padding_index=padding_index).result
