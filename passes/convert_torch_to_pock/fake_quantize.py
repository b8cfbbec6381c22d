"""Fake quantization: values rounded to those that integers of few bits stand for.

Its gradient is straight through (Bengio et al., arXiv:1308.3432): the cotangent where the integer was in range, else 0.
"""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import add, compare, constant, div, mul, reshape, select, sub
from pock_mlir.dialects.with_slope import with_slopes

from .conversion import Conversion
from .rules import torch_op


@torch_op("torch.aten.fake_quantize_per_tensor_affine_cachemask")
def per_tensor(c: Conversion, x: ir.Value, step: float, zero: int, low: int, high: int) -> list[ir.Value]:
    return _quantized(x, constant(step, x.type), constant(zero, x.type), low, high)


@torch_op("torch.aten._fake_quantize_per_tensor_affine_cachemask_tensor_qparams")
def per_tensor_by_tensors(
    c: Conversion, x: ir.Value, step: ir.Value, zero: ir.Value, enabled: ir.Value, low: int, high: int
) -> list[ir.Value]:
    """Where it is not enabled x stays as it is."""
    shape, element = shape_of(x), ranked(x).element_type
    step, zero = (broadcast(reshape(c.cast(v, element), []), shape) for v in (step, zero))
    result, inside = _quantized(x, stop_gradient(step), zero, low, high)
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
    return _quantized(x, stop_gradient(steps), zeros, low, high)


def _quantized(x: ir.Value, step: ir.Value, zero: ir.Value, low: int, high: int) -> list[ir.Value]:
    """(clamp(round(x / step) + zero, low, high) - zero) step, and where nothing was clamped."""
    least, most = constant(low, x.type), constant(high, x.type)
    rounded = math.RoundEvenOp(mul(stop_gradient(x), div(constant(1.0, x.type), step))).result
    integer = add(rounded, zero)
    above = compare(arith.CmpFPredicate.OGE, integer, least)
    inside = arith.AndIOp(above, compare(arith.CmpFPredicate.OLE, integer, most)).result
    clamped = arith.MaximumFOp(arith.MinimumFOp(integer, most).result, least).result
    value = mul(sub(clamped, zero), step)
    slope = select(inside, constant(1.0, x.type), constant(0.0, x.type))
    return [with_slopes(value, [(x, slope)]), inside]
