"""Lowering of softmax and log-softmax, from x less its maximum."""

from __future__ import annotations

import math as pymath

from torch_mlir import ir
from torch_mlir.dialects import arith, math

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.softmax import LogSoftmaxOp, SoftmaxOp
from pock_mlir.dialects.structured import elementwise, identity_map, projection, reduction
from pock_mlir.passes.lowering.lowerings import lowering


@lowering("pock.softmax")
def softmax(op: SoftmaxOp) -> ir.Value:
    dim = op.dim.value
    exponentials = _over_rows(op.x, row_max(op.x, dim), dim, lambda x, m: math.ExpOp(arith.SubFOp(x, m).result).result)
    total = row_sum(exponentials, dim)
    return _over_rows(exponentials, total, dim, lambda e, s: arith.DivFOp(e, s).result)


@lowering("pock.log_softmax")
def log_softmax(op: LogSoftmaxOp) -> ir.Value:
    return log_softmax_of(op.x, op.dim.value)


def log_softmax_of(x: ir.Value, dim: int) -> ir.Value:
    shifted = _over_rows(x, row_max(x, dim), dim, lambda v, m: arith.SubFOp(v, m).result)
    exponentials = elementwise(shape_of(x), ranked(x).element_type, [shifted], lambda v: math.ExpOp(v).result)
    total = row_sum(exponentials, dim)
    return _over_rows(shifted, total, dim, lambda v, s: arith.SubFOp(v, math.LogOp(s).result).result)


def row_max(x: ir.Value, dim: int) -> ir.Value:
    return reduction([x], [dim], -pymath.inf, lambda v, acc: arith.MaximumFOp(v, acc).result)


def row_sum(x: ir.Value, dim: int) -> ir.Value:
    return reduction([x], [dim], 0.0, lambda v, acc: arith.AddFOp(v, acc).result)


def _over_rows(x: ir.Value, row: ir.Value, dim: int, body) -> ir.Value:
    """body(x, row) elementwise, `row` repeated along `dim`."""
    shape = shape_of(x)
    kept = projection(len(shape), [d for d in range(len(shape)) if d != dim])
    return elementwise(shape, ranked(x).element_type, [x, row], body, [identity_map(len(shape)), kept])
