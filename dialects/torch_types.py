"""Types of the torch dialect as builtin types."""

from __future__ import annotations

import re
from collections.abc import Mapping

from torch_mlir import ir

# Builtin tensors are signless. Unsigned bytes are computed with as the numbers from 0 to 255 in i16, so that signed
# comparisons, divisions, shifts and conversions are right for them; at a function's boundary and in state they are i8.
_ELEMENTS = {"si64": "i64", "si32": "i32", "si16": "i16", "si8": "i8", "ui8": "i16"}
# Runtimes have no arrays of bfloat16: at a function's boundary they are float32, which holds every one of them.
_AT_BOUNDARY = {"ui8": "i8", "bf16": "f32"}
UNSIGNED = "pock.unsigned"
_VTENSOR = re.compile(r"!torch\.v?tensor<\[([\d,?]*)\],(\w+)>")
_COMPLEX = re.compile(r"(!torch\.v?tensor<\[[\d,?]*\],)complex<(f32|f64)>>")

# The numbers that torch gives its dtypes, as they stand in exported programs.
_SCALAR_TYPES = {0: "i16", 1: "i8", 2: "i16", 3: "i32", 4: "i64", 5: "f16", 6: "f32", 7: "f64", 11: "i1", 15: "bf16"}


def builtin_tensor(type: ir.Type) -> ir.RankedTensorType | None:
    """The builtin type of a `!torch.vtensor` of static shape; None for any other type."""
    return _tensor(type, {})


def boundary_tensor(type: ir.Type) -> ir.RankedTensorType | None:
    """The type in which a function takes or gives a `!torch.vtensor` of static shape; None for any other type."""
    return _tensor(type, _AT_BOUNDARY)


def stored_tensor(type: ir.Type) -> ir.RankedTensorType | None:
    """The type in which a `!torch.vtensor` of static shape is kept as state; None for any other type."""
    return _tensor(type, {"ui8": "i8"})


def is_unsigned(type: ir.Type) -> bool:
    """Whether the elements of a `!torch.vtensor` are unsigned bytes."""
    match = _VTENSOR.fullmatch(str(type))
    return match is not None and match[2] == "ui8"


def _tensor(type: ir.Type, elements: Mapping[str, str]) -> ir.RankedTensorType | None:
    match = _VTENSOR.fullmatch(str(type))
    if match is None or "?" in match[1]:
        return None
    shape = [int(size) for size in match[1].split(",") if size]
    element = elements.get(match[2]) or _ELEMENTS.get(match[2], match[2])
    return ir.RankedTensorType.get(shape, ir.Type.parse(element))


def complex_part(type: ir.Type) -> ir.RankedTensorType | None:
    """The builtin type of the real parts of a `!torch.vtensor` of complex numbers; None for any other type."""
    match = _COMPLEX.fullmatch(str(type))
    return None if match is None else builtin_tensor(ir.Type.parse(f"{match[1]}{match[2]}>"))


def element_of_dtype(dtype: int) -> ir.Type:
    """The element type of a torch dtype number."""
    if dtype not in _SCALAR_TYPES:
        raise ValueError(f"dtype number {dtype} is not supported")
    return ir.Type.parse(_SCALAR_TYPES[dtype])
