"""Shifts of integers by a constant number of bits."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.compositions.unsupported import Unsupported
from pock_mlir.dialects.base import ranked
from pock_mlir.dialects.upstream import constant

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.__lshift__.Scalar", "torch.aten.bitwise_left_shift.Tensor_Scalar")
def left_shift(c: Conversion, x: ir.Value, bits: int) -> ir.Value:
    return arith.ShLIOp(*_operands(c, x, bits)).result


@torch_op("torch.aten.__rshift__.Scalar", "torch.aten.bitwise_right_shift.Tensor_Scalar")
def right_shift(c: Conversion, x: ir.Value, bits: int) -> ir.Value:
    """Arithmetic, of which an unsigned byte, never negative here, sees nothing."""
    return arith.ShRSIOp(*_operands(c, x, bits)).result


def _operands(c: Conversion, x: ir.Value, bits: int) -> tuple[ir.Value, ir.Value]:
    if isinstance(c.element, ir.FloatType):
        raise Unsupported("for floating-point numbers")
    x = c.cast(x, c.element)
    if not isinstance(bits, int) or not 0 <= bits < ranked(x).element_type.width:
        raise Unsupported(f"by {bits} bits")
    return x, constant(bits, x.type)
