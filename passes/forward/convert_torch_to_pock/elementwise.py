"""Elementwise arithmetic, comparisons, logic and activation functions."""

from __future__ import annotations

import math as pymath
from collections.abc import Callable

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.compositions import activation as composed
from pock_mlir.compositions.complex import Complex
from pock_mlir.compositions.unsupported import Unsupported
from pock_mlir.dialects import activation
from pock_mlir.dialects.base import ranked
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import add, constant, div, mul, neg, scale, shift, sub

from .conversion import Conversion
from .rules import torch_op

Number = float | int | bool
Operand = ir.Value | Number


def _is_float(x: ir.Value) -> bool:
    return isinstance(ranked(x).element_type, ir.FloatType)


def _binary(c: Conversion, a: Operand, b: Operand, for_floats: Callable, for_integers: Callable | None) -> ir.Value:
    a, b = c.tensor(a), c.tensor(b)
    build = for_floats if _is_float(a) else for_integers
    if build is None:
        raise Unsupported(f"not for elements of type {c.element}")
    return build(a, b).result


def _by_number(c: Conversion, a: Operand, b: Operand, build: Callable) -> ir.Value:
    """A product or quotient by a number, which in 16 bits is computed in float32 from the number as it is (sums, and
    what is divided by a tensor, are of the rounded number).
    """
    is_number = not isinstance(b, ir.Value) or (build is arith.MulFOp and not isinstance(a, ir.Value))
    if is_number and isinstance(c.element, (ir.F16Type, ir.BF16Type)):
        wide = ir.F32Type.get()
        return c.cast(build(c.tensor(a, wide), c.tensor(b, wide)).result, c.element)
    return _binary(c, a, b, build, arith.MulIOp if build is arith.MulFOp else None)


def _scaled(c: Conversion, x: Operand, alpha: Number) -> Operand:
    """x * alpha, the third operand of torch's add and sub."""
    if alpha == 1:
        return x
    if not isinstance(x, ir.Value):
        return x * alpha
    value = c.cast(x, c.element)
    return (arith.MulFOp if _is_float(value) else arith.MulIOp)(value, constant(alpha, value.type)).result


@torch_op("torch.aten.add.Tensor", "torch.aten.add.Scalar")
def add_(c: Conversion, a: Operand, b: Operand, alpha: Number = 1) -> ir.Value:
    return _binary(c, a, _scaled(c, b, alpha), arith.AddFOp, arith.AddIOp)


@torch_op("torch.aten.sub.Tensor", "torch.aten.sub.Scalar")
def sub_(c: Conversion, a: Operand, b: Operand, alpha: Number = 1) -> ir.Value:
    return _binary(c, a, _scaled(c, b, alpha), arith.SubFOp, arith.SubIOp)


@torch_op("torch.aten.rsub.Tensor", "torch.aten.rsub.Scalar")
def rsub(c: Conversion, a: Operand, b: Operand, alpha: Number = 1) -> ir.Value:
    return _binary(c, b, _scaled(c, a, alpha), arith.SubFOp, arith.SubIOp)


@torch_op("torch.aten.mul.Tensor", "torch.aten.mul.Scalar")
def mul_(c: Conversion, a: Operand, b: Operand) -> ir.Value:
    return _by_number(c, a, b, arith.MulFOp)


@torch_op("torch.aten.div.Tensor", "torch.aten.div.Scalar")
def div_(c: Conversion, a: Operand, b: Operand) -> ir.Value:
    return _by_number(c, a, b, arith.DivFOp)


@torch_op("torch.aten.maximum", "torch.aten.max.other")
def maximum(c: Conversion, a: ir.Value, b: ir.Value) -> ir.Value:
    return _binary(c, a, b, arith.MaximumFOp, arith.MaxSIOp)


@torch_op("torch.aten.minimum", "torch.aten.min.other")
def minimum(c: Conversion, a: ir.Value, b: ir.Value) -> ir.Value:
    return _binary(c, a, b, arith.MinimumFOp, arith.MinSIOp)


@torch_op("torch.aten.neg")
def neg_(c: Conversion, x: ir.Value) -> ir.Value:
    return neg(x) if _is_float(x) else arith.SubIOp(constant(0, x.type), x).result


@torch_op("torch.aten.abs")
def abs_(c: Conversion, x: ir.Value) -> ir.Value:
    return (math.AbsFOp if _is_float(x) else math.AbsIOp)(x).result


@torch_op("torch.aten.square")
def square(c: Conversion, x: ir.Value) -> ir.Value:
    return mul_(c, x, x)


@torch_op("torch.aten.reciprocal")
def reciprocal(c: Conversion, x: ir.Value) -> ir.Value:
    return div(constant(1.0, c.type), c.cast(x, c.element))


@torch_op("torch.aten.pow.Tensor_Scalar")
def pow_scalar(c: Conversion, x: ir.Value, exponent: Number) -> ir.Value:
    """Small integer powers as products and roots as such: exact, and differentiable at negative x."""
    x = c.cast(x, c.element)
    if not _is_float(x):
        return _integer_power(x, exponent)
    if exponent in (2, 3, 4):
        square_ = mul(x, x)
        return {2: lambda: square_, 3: lambda: mul(square_, x), 4: lambda: mul(square_, square_)}[exponent]()
    special = {0.5: math.SqrtOp, -0.5: math.RsqrtOp}
    if exponent in special:
        return special[exponent](x).result
    if exponent == 1:
        return x
    if exponent == -1:
        return div(constant(1.0, x.type), x)
    return math.PowFOp(x, constant(exponent, x.type)).result


def _integer_power(x: ir.Value, exponent: Number) -> ir.Value:
    """By repeated squaring."""
    result = constant(1, x.type)
    factor, rest = x, int(exponent)
    while rest > 0:
        if rest % 2:
            result = arith.MulIOp(result, factor).result
        factor, rest = arith.MulIOp(factor, factor).result, rest // 2
    return result


@torch_op("torch.aten.pow.Tensor_Tensor", "torch.aten.pow.Scalar")
def pow_tensor(c: Conversion, base: Operand, exponent: ir.Value) -> ir.Value:
    """Of the number 1 every power is 1, also where the exponent is NaN."""
    if base == 1 and not isinstance(base, ir.Value):
        return constant(1, c.type)
    return _binary(c, base, exponent, math.PowFOp, None)


def _register_math(name: str, build: type) -> None:
    @torch_op(f"torch.aten.{name}")
    def unary(c: Conversion, x: ir.Value) -> ir.Value:
        return build(c.cast(x, c.element)).result


for _name, _build in {
    "exp": math.ExpOp,
    "expm1": math.ExpM1Op,
    "log": math.LogOp,
    "log1p": math.Log1pOp,
    "sqrt": math.SqrtOp,
    "rsqrt": math.RsqrtOp,
    "tanh": math.TanhOp,
    "erf": math.ErfOp,
    "sin": math.SinOp,
    "cos": math.CosOp,
}.items():
    _register_math(_name, _build)


@torch_op("torch.aten.log2")
def log2(c: Conversion, x: ir.Value) -> ir.Value:
    return scale(math.LogOp(c.cast(x, c.element)).result, 1 / pymath.log(2))


@torch_op("torch.aten.log10")
def log10(c: Conversion, x: ir.Value) -> ir.Value:
    return scale(math.LogOp(c.cast(x, c.element)).result, 1 / pymath.log(10))


@torch_op("torch.aten.exp2")
def exp2(c: Conversion, x: ir.Value) -> ir.Value:
    return math.ExpOp(scale(c.cast(x, c.element), pymath.log(2))).result


@torch_op("torch.aten.erfc")
def erfc(c: Conversion, x: ir.Value) -> ir.Value:
    x = c.cast(x, c.element)
    return shift(neg(math.ErfOp(x).result), 1.0)


@torch_op("torch.aten.tan")
def tan(c: Conversion, x: ir.Value) -> ir.Value:
    x = c.cast(x, c.element)
    return div(math.SinOp(x).result, math.CosOp(x).result)


@torch_op("torch.aten.sinh")
def sinh(c: Conversion, x: ir.Value) -> ir.Value:
    """(exp(x) - exp(-x)) / 2, exact near 0, too."""
    x = c.cast(x, c.element)
    return scale(sub(math.ExpM1Op(x).result, math.ExpM1Op(neg(x)).result), 0.5)


@torch_op("torch.aten.cosh")
def cosh(c: Conversion, x: ir.Value) -> ir.Value:
    x = c.cast(x, c.element)
    return scale(add(math.ExpOp(x).result, math.ExpOp(neg(x)).result), 0.5)


@torch_op("torch.aten.relu")
def relu(c: Conversion, x: ir.Value) -> ir.Value:
    return activation.relu(x)


@torch_op("torch.aten.sigmoid")
def sigmoid(c: Conversion, x: ir.Value) -> ir.Value:
    return activation.sigmoid(c.cast(x, c.element))


@torch_op("torch.aten.silu")
def silu(c: Conversion, x: ir.Value) -> ir.Value:
    return activation.silu(x)


@torch_op("torch.aten.gelu")
def gelu(c: Conversion, x: ir.Value, approximate: str = "none") -> ir.Value:
    return activation.gelu(x, approximate)


@torch_op("torch.aten.leaky_relu")
def leaky_relu(c: Conversion, x: ir.Value, slope: Number = 0.01) -> ir.Value:
    return composed.leaky_relu(x, slope)


@torch_op("torch.aten.elu")
def elu(c: Conversion, x: ir.Value, alpha: Number = 1.0, factor: Number = 1.0, input_factor: Number = 1.0) -> ir.Value:
    return composed.elu(x, alpha, factor, input_factor)


@torch_op("torch.aten.celu")
def celu(c: Conversion, x: ir.Value, alpha: Number = 1.0) -> ir.Value:
    return composed.elu(x, alpha, 1.0, 1.0 / alpha)


@torch_op("torch.aten.softplus")
def softplus(c: Conversion, x: ir.Value, beta: Number = 1.0, threshold: Number = 20.0) -> ir.Value:
    return composed.softplus(x, beta, threshold)


@torch_op("torch.aten.hardsigmoid")
def hardsigmoid(c: Conversion, x: ir.Value) -> ir.Value:
    return composed.hardsigmoid(x)


@torch_op("torch.aten.hardswish")
def hardswish(c: Conversion, x: ir.Value) -> ir.Value:
    return composed.hardswish(x)


def _compare(a: ir.Value, b: ir.Value, for_floats: str, for_integers: str) -> ir.Value:
    if _is_float(a):
        return arith.CmpFOp(getattr(arith.CmpFPredicate, for_floats), a, b).result
    return arith.CmpIOp(getattr(arith.CmpIPredicate, for_integers), a, b).result


def _common_element(a: Operand, b: Operand) -> ir.Type:
    """The element type in which two operands are compared."""
    elements = [ranked(v).element_type for v in (a, b) if isinstance(v, ir.Value)]
    floats = [e for e in elements if isinstance(e, ir.FloatType)]
    if floats:
        return max(floats, key=lambda e: e.width)
    if any(isinstance(v, float) for v in (a, b)):
        return ir.F32Type.get()
    widest = max(elements, key=lambda e: e.width)
    if widest.width == 1 and any(isinstance(v, int) and not isinstance(v, bool) for v in (a, b)):
        return ir.IntegerType.get_signless(64)
    return widest


def _register_comparison(name: str, for_floats: str, for_integers: str) -> None:
    @torch_op(f"torch.aten.{name}.Tensor", f"torch.aten.{name}.Scalar")
    def comparison(c: Conversion, a: ir.Value, b: Operand) -> ir.Value:
        element = _common_element(a, b)
        return _compare(c.tensor(a, element), c.tensor(b, element), for_floats, for_integers)


for _name, _predicates in {
    "eq": ("OEQ", "eq"),
    "ne": ("UNE", "ne"),
    "lt": ("OLT", "slt"),
    "le": ("OLE", "sle"),
    "gt": ("OGT", "sgt"),
    "ge": ("OGE", "sge"),
}.items():
    _register_comparison(_name, *_predicates)


def _register_logic(names: tuple[str, ...], build: type, as_boolean: bool) -> None:
    @torch_op(*names)
    def logic(c: Conversion, a: ir.Value, b: Operand) -> ir.Value:
        boolean = ir.IntegerType.get_signless(1)
        element = boolean if as_boolean else c.element
        return build(c.tensor(a, element), c.tensor(b, element)).result


for _name, _build in {"and": arith.AndIOp, "or": arith.OrIOp, "xor": arith.XOrIOp}.items():
    _register_logic(
        (
            f"torch.aten.bitwise_{_name}.Tensor",
            f"torch.aten.bitwise_{_name}.Scalar",
            f"torch.aten.__{_name}__.Tensor",
            f"torch.aten.__{_name}__.Scalar",
        ),
        _build,
        False,
    )
    _register_logic((f"torch.aten.logical_{_name}",), _build, True)


@torch_op("torch.aten.logical_not", "torch.aten.bitwise_not")
def logical_not(c: Conversion, x: ir.Value) -> ir.Value:
    if c.element != ir.IntegerType.get_signless(1):
        return arith.XOrIOp(x, constant(-1, x.type)).result
    return arith.XOrIOp(c.cast(x, c.element), constant(True, c.type)).result


@torch_op("torch.aten.isnan")
def isnan(c: Conversion, x: ir.Value) -> ir.Value:
    return arith.CmpFOp(arith.CmpFPredicate.UNO, x, x).result


@torch_op(
    "torch.aten.where.self", "torch.aten.where.ScalarOther", "torch.aten.where.ScalarSelf", "torch.aten.where.Scalar"
)
def where(c: Conversion, condition: ir.Value, a: Operand, b: Operand) -> ir.Value:
    boolean = ir.IntegerType.get_signless(1)
    return arith.SelectOp(c.tensor(condition, boolean), c.tensor(a), c.tensor(b)).result


@torch_op("torch.aten.masked_fill.Scalar", "torch.aten.masked_fill.Tensor")
def masked_fill(c: Conversion, x: ir.Value, mask: ir.Value, value: Operand) -> ir.Value:
    if isinstance(value, float) and pymath.isnan(value):
        raise Unsupported("filling with NaN")
    return where(c, mask, value, x)


@torch_op(
    "torch.aten.to.dtype",
    "torch.aten._to_copy",
    "torch.aten.to.dtype_layout",
    "torch.aten.to.device",
    "torch.aten.to.other",
    "torch.aten.type_as",
    "torch.prims.convert_element_type",
)
def to_dtype(c: Conversion, x: ir.Value, *options: object) -> ir.Value | Complex:
    converted = c.cast(x, c.element)
    return Complex(converted, constant(0.0, converted.type)) if c.gives_complex else converted


@torch_op(
    "torch.aten.clone",
    "torch.aten.contiguous",
    "torch.aten.alias",
    "torch.aten.lift_fresh_copy",
    "torch.aten.detach_copy",
    "torch.aten.positive",
)
def identity(c: Conversion, x: ir.Value, *options: object) -> ir.Value:
    return x


@torch_op("torch.aten.copy")
def copy(c: Conversion, x: ir.Value, source: ir.Value, *options: object) -> ir.Value:
    """The source in the place of x: its shape and type."""
    return c.tensor(source)


@torch_op("torch.aten.detach")
def detach(c: Conversion, x: ir.Value) -> ir.Value:
    return stop_gradient(x)
