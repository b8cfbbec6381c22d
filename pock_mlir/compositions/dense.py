"""Constants of several numbers."""

from __future__ import annotations

import array
from collections.abc import Iterable, Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.upstream import convert_float


def dense_integers(values: Iterable[int]) -> ir.Value:
    """A constant vector of i64."""
    data = array.array("q", values)
    type = ir.RankedTensorType.get([len(data)], ir.IntegerType.get_signless(64))
    return arith.ConstantOp(type, ir.DenseElementsAttr.get(data, type=type)).result


def dense_floats(values: Sequence[Sequence[float]], element: ir.Type) -> ir.Value:
    """A constant matrix of floating-point elements, rounded to f32 (f64 stays)."""
    is_double = element == ir.F64Type.get()
    data = array.array("d" if is_double else "f", (v for row in values for v in row))
    type = ir.RankedTensorType.get([len(values), len(values[0])], element if is_double else ir.F32Type.get())
    result = arith.ConstantOp(type, ir.DenseElementsAttr.get(data, shape=type.shape, type=type.element_type)).result
    return convert_float(result, element)
