"""Inverse trigonometric and hyperbolic functions."""

from __future__ import annotations

from collections.abc import Callable

from torch_mlir import ir

from pock_mlir.compositions import inverse

from .conversion import Conversion
from .rules import torch_op


def _register(name: str, compose: Callable[[ir.Value], ir.Value]) -> None:
    @torch_op(f"torch.aten.{name}")
    def unary(c: Conversion, x: ir.Value) -> ir.Value:
        return compose(c.cast(x, c.element))


for _name, _compose in {
    "atan": inverse.arctangent,
    "asin": inverse.arcsine,
    "acos": inverse.arccosine,
    "asinh": inverse.area_sine,
    "acosh": inverse.area_cosine,
    "atanh": inverse.area_tangent,
}.items():
    _register(_name, _compose)


@torch_op("torch.aten.atan2")
def arctangent_of_quotient(c: Conversion, y: ir.Value, x: ir.Value) -> ir.Value:
    return inverse.arctangent_of_quotient(c.tensor(y), c.tensor(x))
