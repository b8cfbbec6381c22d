"""Values at a function's boundary and in state: unsigned bytes as i8, which are numbers from 0 to 255 in i16 inside."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked
from pock_mlir.dialects.torch_types import boundary_tensor, builtin_tensor, is_unsigned, stored_tensor
from pock_mlir.dialects.upstream import constant, convert_float

# Ops whose results are numbers of their operands, or checked constants.
_KEEP_RANGE = ("tensor.", "pock.transpose", "pock.broadcast", "pock.embedding", "arith.select", "arith.constant")
_BYTE = 255


def entered(value: ir.Value, type: ir.Type) -> ir.Value:
    """A value from outside, as it is computed with; `type` is that of the torch dialect."""
    inner = builtin_tensor(type)
    if inner is None or value.type == inner:
        return value
    return arith.ExtUIOp(inner, value).result if is_unsigned(type) else convert_float(value, inner.element_type)


def returned(value: ir.Value, type: ir.Type) -> ir.Value:
    """A value that was computed with, as a function gives it."""
    return _left(value, boundary_tensor(type))


def stored(value: ir.Value, type: ir.Type) -> ir.Value:
    """A value that was computed with, as it is kept."""
    return _left(value, stored_tensor(type))


def _left(value: ir.Value, outer: ir.RankedTensorType | None) -> ir.Value:
    if outer is None or value.type == outer:
        return value
    if isinstance(outer.element_type, ir.FloatType):
        return convert_float(value, outer.element_type)
    return arith.TruncIOp(outer, value).result


def wrapped(value: ir.Value) -> ir.Value:
    """An unsigned byte after arithmetic: modulo 256."""
    owner = value.owner
    if isinstance(owner, ir.Block) or owner.name.startswith(_KEEP_RANGE) or owner.name in ("arith.andi", "arith.extui"):
        return value
    assert ranked(value).element_type.width == 16
    return arith.AndIOp(value, constant(_BYTE, value.type)).result
