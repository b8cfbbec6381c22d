"""Lowering of reductions, for floating-point and integer elements."""

from __future__ import annotations

import math

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects.base import ranked
from pock_mlir.dialects.reduce import ReduceOp

from .rules import lowering
from .structured import reduction

_FLOAT = {"sum": (0.0, arith.AddFOp), "max": (-math.inf, arith.MaximumFOp), "min": (math.inf, arith.MinimumFOp)}
_INTEGER = {"sum": arith.AddIOp, "max": arith.MaxSIOp, "min": arith.MinSIOp}


@lowering("pock.reduce")
def reduce(op: ReduceOp) -> ir.Value:
    kind, dims, element = op.kind.value, list(op.dims), ranked(op.x).element_type
    if isinstance(element, ir.FloatType):
        initial, combine = _FLOAT[kind]
    else:
        combine, top = _INTEGER[kind], 1 << (element.width - 1)
        initial = {"sum": 0, "max": -top, "min": top - 1}[kind]
    return reduction([op.x], dims, initial, lambda x, acc: combine(x, acc).result)
