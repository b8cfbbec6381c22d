"""Types of the torch dialect as builtin types."""

from __future__ import annotations

from collections.abc import Mapping

from torch_mlir import ir

from pock_mlir.compat.torch_mlir import TensorType

# Builtin tensors are signless. Unsigned bytes are computed with as the numbers from 0 to 255 in i16, so that signed
# comparisons, divisions, shifts and conversions are right for them; at a function's boundary and in state they are i8.
_ELEMENTS = {"si64": "i64", "si32": "i32", "si16": "i16", "si8": "i8", "ui8": "i16"}
SIGNED = {"i64": "si64", "i32": "si32", "i16": "si16", "i8": "si8"}
"""How the torch dialect spells integers that it computes with."""
# Runtimes have no arrays of bfloat16: at a function's boundary they are float32, which holds every one of them.
_AT_BOUNDARY = {"ui8": "i8", "bf16": "f32"}
UNSIGNED = "pock.unsigned"
_PARTS = ("f32", "f64")


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
    tensor = TensorType.of(type)
    return tensor is not None and tensor.element == "ui8"


def _tensor(type: ir.Type, elements: Mapping[str, str]) -> ir.RankedTensorType | None:
    tensor = TensorType.of(type)
    if tensor is None or tensor.is_complex:
        return None
    element = elements.get(tensor.element) or _ELEMENTS.get(tensor.element, tensor.element)
    return _ranked(tensor, element)


def _ranked(tensor: TensorType, element: str) -> ir.RankedTensorType | None:
    shape = [size for size in tensor.shape if size is not None]
    return ir.RankedTensorType.get(shape, ir.Type.parse(element)) if len(shape) == len(tensor.shape) else None


def complex_part(type: ir.Type) -> ir.RankedTensorType | None:
    """The builtin type of the real parts of a `!torch.vtensor` of complex numbers; None for any other type."""
    tensor = TensorType.of(type)
    return _ranked(tensor, tensor.element) if tensor and tensor.is_complex and tensor.element in _PARTS else None
