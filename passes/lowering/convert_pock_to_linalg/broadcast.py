"""Lowering of broadcast: a copy whose source index leaves out the stretched dimensions."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import BroadcastOp
from pock_mlir.dialects.structured import elementwise, projection
from pock_mlir.dialects.upstream import reshape
from pock_mlir.passes.lowering.lowerings import lowering


@lowering("pock.broadcast")
def broadcast(op: BroadcastOp) -> ir.Value:
    shape = shape_of(op.result)
    kept = [d for d in range(len(shape)) if d not in op.stretched()]
    source = reshape(op.x, [shape[d] for d in kept])
    return elementwise(shape, ranked(op.x).element_type, [source], lambda x: x, [projection(len(shape), kept)])
