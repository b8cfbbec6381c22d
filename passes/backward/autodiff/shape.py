"""Gradient rules of upstream's shape ops."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import tensor

from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.upstream import extract_slice, insert_slice, reshape, zeros

from .rules import Thunk, vjp

Thunks = list[Thunk | None]


@vjp("tensor.expand_shape", "tensor.collapse_shape")
def reassociate(op: tensor.ExpandShapeOp | tensor.CollapseShapeOp, g: ir.Value) -> Thunks:
    source = op.operation.operands[0]
    return [lambda: reshape(g, shape_of(source))]


@vjp("tensor.extract_slice")
def extract(op: tensor.ExtractSliceOp, g: ir.Value) -> Thunks:
    source = op.operation.operands[0]

    def cotangent() -> ir.Value:
        rows = reshape(g, list(op.static_sizes))
        background = zeros(shape_of(source), source.type.element_type)
        return insert_slice(rows, background, list(op.static_offsets), list(op.static_strides))

    return [cotangent]


@vjp("tensor.insert_slice")
def insert(op: tensor.InsertSliceOp, g: ir.Value) -> Thunks:
    source = op.operation.operands[0]
    offsets, sizes, strides = list(op.static_offsets), list(op.static_sizes), list(op.static_strides)
    return [
        lambda: reshape(extract_slice(g, offsets, sizes, strides), shape_of(source)),
        lambda: insert_slice(zeros(sizes, g.type.element_type), g, offsets, strides),
    ]


@vjp("tensor.concat")
def concat(op: tensor.ConcatOp, g: ir.Value) -> Thunks:
    dim = op.dim.value
    thunks, start = [], 0
    for value in op.operation.operands:
        sizes = shape_of(value)
        offsets = [start if d == dim else 0 for d in range(len(sizes))]
        thunks.append(lambda offsets=offsets, sizes=sizes: extract_slice(g, offsets, sizes, [1] * len(sizes)))
        start += sizes[dim]
    return thunks
