"""Complex numbers as pairs of real ones. In this pass only: the dialect knows none.

What acts on both parts alike is the op's own rule, applied to each; a product is the rule applied four times.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch_mlir import ir

from pock_mlir.compositions import complex
from pock_mlir.compositions.arrange import take
from pock_mlir.compositions.complex import Complex
from pock_mlir.compositions.unsupported import Unsupported
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.upstream import add, concat, constant, div, exp, mul, neg, reshape, sub

from .conversion import Conversion
from .rules import complex_op, torch_op
from .shape import pad as pad_

PARTWISE = (
    "alias",
    "broadcast_to",
    "cat",
    "clone",
    "concat",
    "contiguous",
    "detach",
    "expand",
    "flip",
    "index.Tensor",
    "index_select",
    "lift_fresh_copy",
    "mean",
    "mean.dim",
    "neg",
    "permute",
    "repeat",
    "reshape",
    "roll",
    "select.int",
    "slice.Tensor",
    "squeeze",
    "squeeze.dim",
    "squeeze.dims",
    "stack",
    "sum",
    "sum.dim_IntList",
    "t",
    "transpose.int",
    "unsqueeze",
    "view",
    "_unsafe_view",
)
SUMS = ("add.Scalar", "add.Tensor", "rsub.Scalar", "sub.Scalar", "sub.Tensor")
PRODUCTS = ("bmm", "matmul", "mm", "mul.Scalar", "mul.Tensor")


def _part(value: Any, name: str) -> Any:
    """The real or the imaginary part of an operand; of a real tensor or number the latter is 0."""
    if isinstance(value, list):
        return [_part(v, name) for v in value] if any(isinstance(v, Complex) for v in value) else value
    if isinstance(value, Complex):
        return getattr(value, name)
    if name == "imaginary" and isinstance(value, ir.Value) and isinstance(value.type.element_type, ir.FloatType):
        return constant(0.0, value.type)
    return value


def _partwise(rule: Callable[..., Any]) -> Callable[..., Any]:
    def converted(c: Conversion, *operands: Any) -> Complex:
        parts = [rule(c, *(_part(v, name) for v in operands)) for name in ("real", "imaginary")]
        return Complex(*parts)

    return converted


def _sum(rule: Callable[..., Any]) -> Callable[..., Any]:
    """A number among the operands has no imaginary part."""

    def converted(c: Conversion, a: Any, b: Any, *factor: Any) -> Complex:
        imaginary = (_part(v, "imaginary") if isinstance(v, Complex | ir.Value) else 0.0 for v in (a, b))
        return Complex(rule(c, _part(a, "real"), _part(b, "real"), *factor), rule(c, *imaginary, *factor))

    return converted


def _product(rule: Callable[..., Any]) -> Callable[..., Any]:
    def converted(c: Conversion, a: Any, b: Any) -> Complex:
        if not isinstance(a, Complex) or not isinstance(b, Complex):
            pairs = [(_part(a, part), _part(b, part)) for part in ("real", "imaginary")]
            whole = b if isinstance(a, Complex) else a
            return Complex(*(rule(c, whole, y) if whole is a else rule(c, x, whole) for x, y in pairs))
        return Complex(
            sub(rule(c, a.real, b.real), rule(c, a.imaginary, b.imaginary)),
            add(rule(c, a.real, b.imaginary), rule(c, a.imaginary, b.real)),
        )

    return converted


def register_complex() -> None:
    """Once all rules are there, of which these are made."""
    for names, wrap in ((PARTWISE, _partwise), (SUMS, _sum), (PRODUCTS, _product)):
        for name in names:
            rule = torch_op.get(f"torch.aten.{name}")
            assert rule is not None, name
            complex_op(f"torch.aten.{name}")(wrap(rule))


@torch_op("torch.aten.view_as_complex")
def view_as_complex(c: Conversion, x: ir.Value) -> Complex:
    last = len(shape_of(x)) - 1
    return Complex(*(reshape(take(x, last, i, 1), c.shape) for i in (0, 1)))


@torch_op("torch.aten.complex")
def complex_(c: Conversion, real: ir.Value, imaginary: ir.Value) -> Complex:
    return Complex(c.tensor(real), c.tensor(imaginary))


@torch_op("torch.aten.polar")
def polar(c: Conversion, size: ir.Value, angle: ir.Value) -> Complex:
    return complex.polar(c.tensor(size), c.tensor(angle))


@torch_op("torch.aten.view_as_real")
@complex_op("torch.aten.view_as_real")
def view_as_real(c: Conversion, x: Complex) -> ir.Value:
    parts = [reshape(part, [*shape_of(part), 1]) for part in (x.real, x.imaginary)]
    return concat(parts, len(c.shape) - 1)


@torch_op("torch.aten._conj")
@complex_op("torch.aten._conj")
def conjugate(c: Conversion, x: Complex) -> Complex:
    return Complex(x.real, neg(x.imaginary))


@complex_op("torch.aten.new_zeros", "torch.aten.zeros_like")
def zeros(c: Conversion, *arguments: object) -> Complex | ir.Value:
    zero = constant(0, c.type)
    return Complex(zero, zero) if c.gives_complex else zero


@complex_op("torch.aten.pad", "torch.aten.constant_pad_nd")
def pad(c: Conversion, x: Complex, amounts: list[int], *options: Any) -> Complex:
    if any(isinstance(v, float | int) and v != 0 for v in options):
        raise Unsupported("padding of complex numbers by others than 0")
    return Complex(*(pad_(c, part, amounts, *options) for part in (x.real, x.imaginary)))


@complex_op("torch.aten._to_copy", "torch.aten.to.dtype")
def to_dtype(c: Conversion, x: Complex, *options: object) -> Complex | ir.Value:
    """A complex number that becomes a real one loses its imaginary part."""
    real = c.cast(x.real, c.element)
    return Complex(real, c.cast(x.imaginary, c.element)) if c.gives_complex else real


@complex_op("torch.aten.abs")
def absolute(c: Conversion, x: Complex) -> ir.Value:
    return complex.absolute(x)


@complex_op("torch.aten.exp")
def exponential(c: Conversion, x: Complex) -> Complex:
    return polar(c, exp(x.real), x.imaginary)


@complex_op("torch.aten.div.Scalar", "torch.aten.div.Tensor")
def quotient(c: Conversion, a: Any, b: Any) -> Complex:
    """a conj(b) / |b|^2, or by a real number."""
    if isinstance(b, Complex):
        square = complex.absolute_square(b)
        product = _product(_times)(c, a, Complex(b.real, neg(b.imaginary)))
        return Complex(*(div(part, c.tensor(square)) for part in (product.real, product.imaginary)))
    return Complex(*(div(c.tensor(part), c.tensor(b)) for part in (a.real, a.imaginary)))


def _times(c: Conversion, a: Any, b: Any) -> ir.Value:
    return mul(c.tensor(a), c.tensor(b))
