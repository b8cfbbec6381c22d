"""Matrix products."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions import matmul as products
from pock_mlir.dialects.matmul import matmul

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.linear")
def linear(c: Conversion, x: ir.Value, weight: ir.Value, bias: ir.Value | None = None) -> ir.Value:
    return products.linear(x, weight, bias)


@torch_op("torch.aten.mm", "torch.aten.bmm")
def mm(c: Conversion, lhs: ir.Value, rhs: ir.Value) -> ir.Value:
    return matmul(lhs, rhs)


@torch_op("torch.aten.matmul", "torch.aten.dot", "torch.aten.mv")
def matmul_(c: Conversion, lhs: ir.Value, rhs: ir.Value) -> ir.Value:
    return products.product(lhs, rhs)


@torch_op("torch.aten.addmm", "torch.aten.baddbmm")
def addmm(c: Conversion, bias: ir.Value, lhs: ir.Value, rhs: ir.Value, beta: float = 1, alpha: float = 1) -> ir.Value:
    return products.added_product(bias, lhs, rhs, beta, alpha)
