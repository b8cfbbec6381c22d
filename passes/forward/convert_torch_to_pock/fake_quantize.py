"""Fake quantization."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.compositions.fake_quantize import fake_quantize
from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import constant, reshape, select

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.fake_quantize_per_tensor_affine_cachemask")
def per_tensor(c: Conversion, x: ir.Value, step: float, zero: int, low: int, high: int) -> list[ir.Value]:
    return [*fake_quantize(x, constant(step, x.type), constant(zero, x.type), low, high)]


@torch_op("torch.aten._fake_quantize_per_tensor_affine_cachemask_tensor_qparams")
def per_tensor_by_tensors(
    c: Conversion, x: ir.Value, step: ir.Value, zero: ir.Value, enabled: ir.Value, low: int, high: int
) -> list[ir.Value]:
    """Where it is not enabled x stays as it is."""
    shape, element = shape_of(x), ranked(x).element_type
    step, zero = (broadcast(reshape(c.cast(v, element), []), shape) for v in (step, zero))
    result, inside = fake_quantize(x, stop_gradient(step), zero, low, high)
    boolean = ir.IntegerType.get_signless(1)
    on = broadcast(reshape(c.cast(enabled, boolean), []), shape)
    return [select(on, result, x), arith.OrIOp(inside, arith.XOrIOp(on, constant(True, on.type)).result).result]


@torch_op("torch.aten.fake_quantize_per_channel_affine_cachemask")
def per_channel(
    c: Conversion, x: ir.Value, steps: ir.Value, zeros: ir.Value, axis: int, low: int, high: int
) -> list[ir.Value]:
    """One step and zero point for each index of dimension `axis`; they get no gradient, as in the framework."""
    shape, element = shape_of(x), ranked(x).element_type
    along = [size if d == axis % len(shape) else 1 for d, size in enumerate(shape)]
    steps, zeros = (broadcast(reshape(c.cast(v, element), along), shape) for v in (steps, zeros))
    return [*fake_quantize(x, stop_gradient(steps), zeros, low, high)]
