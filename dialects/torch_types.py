"""Types of the torch dialect as builtin types."""

from __future__ import annotations

import re

from torch_mlir import ir

_ELEMENTS = {"si64": "i64", "si32": "i32", "si16": "i16", "si8": "i8", "ui8": "i8"}
_VTENSOR = re.compile(r"!torch\.v?tensor<\[([\d,?]*)\],(\w+)>")
_COMPLEX = re.compile(r"(!torch\.v?tensor<\[[\d,?]*\],)complex<(f32|f64)>>")

# The numbers that torch gives its dtypes, as they stand in exported programs.
_SCALAR_TYPES = {0: "i8", 1: "i8", 2: "i16", 3: "i32", 4: "i64", 5: "f16", 6: "f32", 7: "f64", 11: "i1", 15: "bf16"}


def builtin_tensor(type: ir.Type) -> ir.RankedTensorType | None:
    """The builtin type of a `!torch.vtensor` of static shape; None for any other type."""
    match = _VTENSOR.fullmatch(str(type))
    if match is None or "?" in match[1]:
        return None
    shape = [int(size) for size in match[1].split(",") if size]
    return ir.RankedTensorType.get(shape, ir.Type.parse(_ELEMENTS.get(match[2], match[2])))


def complex_part(type: ir.Type) -> ir.RankedTensorType | None:
    """The builtin type of the real parts of a `!torch.vtensor` of complex numbers; None for any other type."""
    match = _COMPLEX.fullmatch(str(type))
    return None if match is None else builtin_tensor(ir.Type.parse(f"{match[1]}{match[2]}>"))


def element_of_dtype(dtype: int) -> ir.Type:
    """The element type of a torch dtype number."""
    if dtype not in _SCALAR_TYPES:
        raise ValueError(f"dtype number {dtype} is not supported")
    return ir.Type.parse(_SCALAR_TYPES[dtype])
