"""Lowering of embedding to a gather and of its gradient to a scatter that adds."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg, tensor

from pock_mlir.dialects.base import defining_op, ranked, shape_of
from pock_mlir.dialects.embedding import EmbeddingGradOp, EmbeddingOp
from pock_mlir.dialects.structured import as_stored, elementwise, filled, projection
from pock_mlir.dialects.upstream import constant, reshape
from pock_mlir.passes.lowering.lowerings import lowering

MATERIALIZED = "pock.materialized"


@lowering("pock.embedding")
def embedding(op: EmbeddingOp) -> ir.Value:
    shape = shape_of(op.result)
    rank = len(shape)

    def row_element(index: ir.Value) -> ir.Value:
        row = arith.IndexCastOp(ir.IndexType.get(), index).result
        column = linalg.IndexOp(rank - 1).result
        return tensor.ExtractOp(op.table, [row, column]).result

    return elementwise(
        shape, ranked(op.table).element_type, [op.indices], row_element, [projection(rank, range(rank - 1))]
    )


@lowering("pock.embedding_grad")
def embedding_grad(op: EmbeddingGradOp) -> ir.Value:
    table = shape_of(op.result)
    element = ranked(op.result).element_type
    count = 1
    for size in shape_of(op.indices):
        count *= size
    indices = reshape(op.indices, [count, 1])
    updates = _without_padding(reshape(op.cotangent, [count, table[1]]), indices, op.padding_index.value)
    i32 = ir.IntegerType.get_signless(32)
    if ranked(indices).element_type != i32:
        indices = arith.TruncIOp(ir.RankedTensorType.get([count, 1], i32), indices).result
    return scatter_add(updates, indices, filled(table, element, 0.0), materialized=_is_widened(op.cotangent))


def _is_widened(x: ir.Value) -> bool:
    """Whether the value is a widened one, perhaps reshaped."""
    while (view := defining_op(x, tensor.CollapseShapeOp, tensor.ExpandShapeOp)) is not None:
        x = view.src
    return as_stored(x) != x


def _without_padding(updates: ir.Value, indices: ir.Value, padding_index: int) -> ir.Value:
    """The updates, zero where the index is `padding_index`."""
    if padding_index < 0:
        return updates
    integer, element = ranked(indices).element_type, ranked(updates).element_type

    def keep(update: ir.Value, index: ir.Value) -> ir.Value:
        is_padding = arith.CmpIOp(arith.CmpIPredicate.eq, index, constant(padding_index, integer)).result
        return arith.SelectOp(is_padding, constant(0.0, element), update).result

    rows = reshape(indices, [shape_of(indices)[0]])
    return elementwise(shape_of(updates), element, [updates, rows], keep, [projection(2, [0, 1]), projection(2, [0])])


def scatter_add(updates: ir.Value, indices: ir.Value, init: ir.Value, *, materialized: bool = False) -> ir.Value:
    """Adds row i of `updates` [N, D] to row indices[i, 0] of `init` [V, D]; an index may occur several times.

    `materialized`: the updates are to be in memory before, which the hand-over sees to.
    """
    element = ranked(init).element_type
    attributes = {
        "dimension_map": ir.DenseI64ArrayAttr.get([0]),
        "unique_indices": ir.BoolAttr.get(False),
        "operandSegmentSizes": ir.DenseI32ArrayAttr.get([2, 1]),
    }
    if materialized:
        attributes[MATERIALIZED] = ir.UnitAttr.get()
    op = ir.Operation.create("tm_tensor.scatter", [init.type], [updates, indices, init], attributes, regions=1)
    block = op.regions[0].blocks.append(element, element)
    with ir.InsertionPoint(block):
        total = arith.AddFOp(*block.arguments).result
        ir.Operation.create("tm_tensor.yield", [], [total])
    return op.results[0]
