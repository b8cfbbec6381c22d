"""What the torch frontend marks in a program: where its gradients are others than those of its ops."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects import custom_vjp as dialect
from pock_mlir.dialects.state import stop_gradient

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.pock.stop_gradient")
def stop(c: Conversion, x: ir.Value) -> ir.Value:
    return stop_gradient(x)


@torch_op("torch.pock.cotangent")
def cotangent(c: Conversion, like: ir.Value, id: int) -> ir.Value:
    return dialect.cotangent(like, id)


@torch_op("torch.pock.custom_vjp")
def custom_vjp(
    c: Conversion, value: ir.Value, cotangent: ir.Value, input: ir.Value, input_cotangent: ir.Value
) -> ir.Value:
    return dialect.custom_vjp(value, cotangent, input, input_cotangent)
