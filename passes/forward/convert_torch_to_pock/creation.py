"""Tensors made from nothing: constants and ranges."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.compositions.dense import dense_integers
from pock_mlir.compositions.unsupported import Unsupported
from pock_mlir.dialects.upstream import constant

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.arange")
def arange(c: Conversion, end: int, *options: object) -> ir.Value:
    return arange_step(c, 0, end, 1)


@torch_op("torch.aten.arange.start")
def arange_start(c: Conversion, start: int, end: int, *options: object) -> ir.Value:
    return arange_step(c, start, end, 1)


@torch_op("torch.aten.arange.start_step")
def arange_step(c: Conversion, start: int, end: int, step: int = 1, *options: object) -> ir.Value:
    if not all(isinstance(v, int) for v in (start, step)):
        raise Unsupported("a range of floating-point numbers")
    return c.cast(dense_integers(range(start, start + step * c.shape[0], step)), c.element)


@torch_op(
    "torch.aten.zeros",
    "torch.aten.zeros_like",
    "torch.aten.new_zeros",
    "torch.aten.empty.memory_format",
    "torch.aten.empty_like",
    "torch.aten.new_empty",
)
def zeros(c: Conversion, *arguments: object) -> ir.Value:
    return constant(0, c.type)


@torch_op("torch.aten.ones", "torch.aten.ones_like", "torch.aten.new_ones")
def ones(c: Conversion, *arguments: object) -> ir.Value:
    return constant(1, c.type)


@torch_op("torch.aten.full", "torch.aten.full_like", "torch.aten.fill.Scalar")
def full(c: Conversion, shape: object, value: float, *options: object) -> ir.Value:
    return constant(_number(value), c.type)


@torch_op("torch.aten.new_full")
def new_full(c: Conversion, x: ir.Value, shape: object, value: float, *options: object) -> ir.Value:
    return constant(_number(value), c.type)


@torch_op("torch.aten.scalar_tensor", "torch.prim.NumToTensor.Scalar")
def scalar_tensor(c: Conversion, value: float, *options: object) -> ir.Value:
    return constant(_number(value), c.type)


def _number(value: object) -> float | int | bool:
    if not isinstance(value, int | float | bool):
        raise Unsupported("a fill value that is not a constant number")
    return value
