"""Lowering of reductions, for floating-point and integer elements."""

from __future__ import annotations

import math

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked
from pock_mlir.dialects.reduce import ReduceOp
from pock_mlir.dialects.structured import reduction
from pock_mlir.passes.lowering.lowerings import lowering

_FLOAT = {"sum": (0.0, arith.AddFOp), "max": (-math.inf, arith.MaximumFOp), "min": (math.inf, arith.MinimumFOp)}
_INTEGER = {"sum": arith.AddIOp, "max": arith.MaxSIOp, "min": arith.MinSIOp}


@lowering("pock.reduce")
def reduce(op: ReduceOp) -> ir.Value:
    kind, dims, element = op.kind.value, list(op.dims), ranked(op.x).element_type
    initial = neutral(kind, element)
    combine = _FLOAT[kind][1] if isinstance(element, ir.FloatType) else _INTEGER[kind]
    return reduction([op.x], dims, initial, lambda x, acc: combine(x, acc).result)


def neutral(kind: str, element: ir.Type) -> float | int:
    """What a reduction starts from, and gives for no elements."""
    if isinstance(element, ir.FloatType):
        return _FLOAT[kind][0]
    top = 1 << (element.width - 1)
    return {"sum": 0, "max": -top, "min": top - 1}[kind]
