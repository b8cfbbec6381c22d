"""Complex numbers as pairs of real ones; the dialect knows none."""

from __future__ import annotations

from dataclasses import dataclass

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.upstream import add, compare, constant, mul, select, sqrt


@dataclass(frozen=True)
class Complex:
    """A tensor of complex numbers: the tensors of their real and of their imaginary parts."""

    real: ir.Value
    imaginary: ir.Value


def polar(size: ir.Value, angle: ir.Value) -> Complex:
    """size exp(i angle)."""
    return Complex(mul(size, math.CosOp(angle).result), mul(size, math.SinOp(angle).result))


def absolute_square(x: Complex) -> ir.Value:
    return add(mul(x.real, x.real), mul(x.imaginary, x.imaginary))


def absolute(x: Complex) -> ir.Value:
    """Its gradient at 0 is 0."""
    square = absolute_square(x)
    zero = constant(0.0, square.type)
    is_zero = compare(arith.CmpFPredicate.OEQ, square, zero)
    return select(is_zero, zero, sqrt(select(is_zero, constant(1.0, square.type), square)))
