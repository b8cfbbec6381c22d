"""Lowering of transposition to linalg.transpose, or to a reshape where only dimensions of size 1 change places."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import linalg

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.structured import empty
from pock_mlir.dialects.transpose import TransposeOp
from pock_mlir.dialects.upstream import reshape
from pock_mlir.passes.lowering.lowerings import lowering


@lowering("pock.transpose")
def transpose(op: TransposeOp) -> ir.Value:
    source, result = shape_of(op.x), shape_of(op.result)
    moved = [d for d in op.permutation if source[d] != 1]
    if moved == sorted(moved):
        return reshape(op.x, result)
    out = empty(result, ranked(op.x).element_type)
    return linalg.transpose(op.x, outs=[out], permutation=list(op.permutation)).results[0]
