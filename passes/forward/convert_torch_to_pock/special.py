"""Functions with a value or a derivative by convention."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions import special
from pock_mlir.dialects.base import ranked
from pock_mlir.dialects.upstream import constant

from .conversion import Conversion
from .rules import torch_op

Operand = ir.Value | float | int | bool


@torch_op("torch.aten.sinc")
def sinc(c: Conversion, x: ir.Value) -> ir.Value:
    return special.sinc(c.cast(x, c.element))


@torch_op("torch.aten.xlogy.Tensor", "torch.aten.xlogy.Scalar_Self", "torch.aten.xlogy.Scalar_Other")
def xlogy(c: Conversion, x: Operand, y: Operand) -> ir.Value:
    return special.xlogy(c.tensor(x), c.tensor(y))


@torch_op("torch.aten.special_xlog1py")
def xlog1py(c: Conversion, x: Operand, y: Operand) -> ir.Value:
    return special.xlog1py(c.tensor(x), c.tensor(y))


@torch_op("torch.aten.special_entr")
def entropy(c: Conversion, x: ir.Value) -> ir.Value:
    return special.entropy(c.cast(x, c.element))


@torch_op("torch.aten.logit")
def logit(c: Conversion, x: ir.Value, eps: float | None = None) -> ir.Value:
    return special.logit(c.cast(x, c.element), eps)


@torch_op("torch.aten.fmax")
def fmax(c: Conversion, a: ir.Value, b: ir.Value) -> ir.Value:
    return special.fmax(c.tensor(a), c.tensor(b))


@torch_op("torch.aten.fmin")
def fmin(c: Conversion, a: ir.Value, b: ir.Value) -> ir.Value:
    return special.fmin(c.tensor(a), c.tensor(b))


@torch_op("torch.aten.isinf")
def is_infinite(c: Conversion, x: ir.Value) -> ir.Value:
    is_float = isinstance(ranked(x).element_type, ir.FloatType)
    return special.is_infinite(x) if is_float else constant(False, c.type)


@torch_op("torch.aten.copysign.Tensor")
def copysign(c: Conversion, x: ir.Value, sign: Operand) -> ir.Value:
    return special.copysign(c.tensor(x), c.tensor(sign))


@torch_op("torch.aten.hypot")
def hypot(c: Conversion, a: ir.Value, b: ir.Value) -> ir.Value:
    return special.hypot(c.tensor(a), c.tensor(b))
