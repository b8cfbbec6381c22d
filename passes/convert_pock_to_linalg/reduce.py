"""Lowering of reductions, for floating-point and integer elements."""

from __future__ import annotations

import math

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import defining_op, ranked, shape_of
from pock_mlir.dialects.reduce import ReduceOp
from pock_mlir.dialects.structured import reduction
from pock_mlir.passes.lowerings import lowering

_FLOAT = {"sum": (0.0, arith.AddFOp), "max": (-math.inf, arith.MaximumFOp), "min": (math.inf, arith.MinimumFOp)}
_INTEGER = {"sum": arith.AddIOp, "max": arith.MaxSIOp, "min": arith.MinSIOp}


@lowering("pock.reduce")
def reduce(op: ReduceOp) -> ir.Value:
    kind, dims, element = op.kind.value, list(op.dims), ranked(op.x).element_type
    initial = neutral(kind, element)
    combine = _FLOAT[kind][1] if isinstance(element, ir.FloatType) else _INTEGER[kind]
    result = op.x
    for stage in _stages(op.x, dims):
        result = reduction([result], stage, initial, lambda x, acc: combine(x, acc).result)
    return result


def neutral(kind: str, element: ir.Type) -> float | int:
    """What a reduction starts from, and gives for no elements."""
    if isinstance(element, ir.FloatType):
        return _FLOAT[kind][0]
    top = 1 << (element.width - 1)
    return {"sum": 0, "max": -top, "min": top - 1}[kind]


def _stages(x: ir.Value, dims: list[int]) -> list[list[int]]:
    """The dimensions to reduce by one op each; those of the second stage as they are numbered after the first.

    IREE 3.13 fails on the sum of a product over several dimensions where a factor is broadcast along an outer one
    ('vector.contract' op invalid accumulator/result vector shape). So a product is first summed over one dimension.
    """
    if len(dims) == 1 or not _is_product(x):
        return [dims]
    first = max(dims, key=lambda d: shape_of(x)[d])
    return [[first], [d - (d > first) for d in dims if d != first]]


def _is_product(x: ir.Value) -> bool:
    """Whether x is a product of two values; a square is none."""
    product = defining_op(x, arith.MulFOp, arith.MulIOp)
    return product is not None and len(set(product.operation.operands)) > 1
