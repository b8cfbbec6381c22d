"""Reductions over dimensions."""

from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import I64Array, Pock, build, i64_array, ranked, require, require_one_element_type, shape_of, verifier
from .traits import Pure, Reduces

KINDS = ("sum", "max", "min")


class ReduceOp(Pock.Operation, name="reduce", traits=[Pure, Reduces]):
    """Reduces the dimensions `dims` of x, which vanish from the shape, by `kind`: "sum", "max" or "min"."""

    x: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]
    kind: ir.StringAttr
    dims: I64Array

    @verifier
    def verify_invariants(self) -> None:
        require(
            self.kind.value in KINDS, f"attribute 'kind' must be one of {', '.join(KINDS)}, got '{self.kind.value}'"
        )
        shape = shape_of(self.x)
        dims = i64_array(self, "dims", minimum=0)
        require(
            dims == sorted(set(dims)) and all(d < len(shape) for d in dims),
            f"attribute 'dims' must be increasing dimensions of {self.x.type}, got {dims}",
        )
        expected = [s for i, s in enumerate(shape) if i not in dims]
        require(shape_of(self.result) == expected, f"result shape {shape_of(self.result)} is not {expected}")
        require_one_element_type("x and result", self.x, self.result)

    def operand_axes(self, axis: int) -> list[int | None]:
        kept = [dim for dim in range(len(shape_of(self.x))) if dim not in list(self.dims)]
        return [kept[axis]]

    @property
    def linear_operands(self) -> tuple[int, ...]:
        return (0,) if self.kind.value == "sum" else ()


def reduce(x: ir.Value, dims: Sequence[int], kind: str = "sum") -> ir.Value:
    if not dims:
        return x
    shape = [s for i, s in enumerate(shape_of(x)) if i not in dims]
    return build(
        "pock.reduce", [ir.RankedTensorType.get(shape, ranked(x).element_type)], [x], kind=kind, dims=sorted(dims)
    ).result
