"""Lowering of transposition to linalg.transpose."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import linalg

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.transpose import TransposeOp

from .rules import lowering
from .structured import empty


@lowering("pock.transpose")
def transpose(op: TransposeOp) -> ir.Value:
    out = empty(shape_of(op.result), ranked(op.x).element_type)
    return linalg.transpose(op.x, outs=[out], permutation=list(op.permutation)).results[0]
