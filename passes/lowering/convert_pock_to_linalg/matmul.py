"""Lowering of matrix multiplication to linalg.matmul and linalg.batch_matmul, transpositions in their indexing maps."""

from __future__ import annotations

import math

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.matmul import MatmulOp
from pock_mlir.dialects.structured import as_stored, elementwise, filled, projection
from pock_mlir.dialects.upstream import add, reshape
from pock_mlir.passes.lowering.lowerings import alternative


def _is_single(op: MatmulOp) -> bool:
    return math.prod(shape_of(op.lhs)[:-2]) == 1


def _is_outer(op: MatmulOp) -> bool:
    """Whether the dimension to sum over has one element."""
    return op.sizes()[1][0] == 1


def _is_contraction(op: MatmulOp) -> bool:
    """Whether there is more to do than to multiply vectors by one element."""
    return not (_is_outer(op) and 1 in shape_of(op.result)[-2:])


@alternative("pock.matmul", "matmul", lambda op: _is_single(op) and _is_contraction(op))
def matmul(op: MatmulOp) -> ir.Value:
    return _contracted(op, [])


@alternative("pock.matmul", "batch-matmul", _is_contraction)
def batch_matmul(op: MatmulOp) -> ir.Value:
    return _contracted(op, [math.prod(shape_of(op.lhs)[:-2])])


@alternative("pock.matmul", "outer-product", _is_outer)
def outer_product(op: MatmulOp) -> ir.Value:
    lhs, rhs = _matrices(op, [] if _is_single(op) else [math.prod(shape_of(op.lhs)[:-2])])
    (rows, _), (_, columns) = op.sizes()
    return reshape(outer(lhs, rhs, rows, columns), shape_of(op.result))


def _contracted(op: MatmulOp, batch: list[int]) -> ir.Value:
    lhs, rhs = _matrices(op, batch)
    product = contract(lhs, rhs, op.transpose_lhs.value, op.transpose_rhs.value)
    return reshape(product, shape_of(op.result))


def _matrices(op: MatmulOp, batch: list[int]) -> tuple[ir.Value, ir.Value]:
    """The operands, as they are stored, with these batch dimensions."""
    lhs, rhs = as_stored(op.lhs), as_stored(op.rhs)
    return reshape(lhs, [*batch, *shape_of(lhs)[-2:]]), reshape(rhs, [*batch, *shape_of(rhs)[-2:]])


def accumulator(*values: ir.Value) -> ir.Type:
    """The element type in which a contraction of the values adds up: float32 at least."""
    elements = sorted((ranked(v).element_type for v in values), key=lambda element: element.width)
    return elements[-1] if elements[-1].width >= 32 else ir.F32Type.get()


def contract(
    lhs: ir.Value, rhs: ir.Value, transpose_lhs: bool = False, transpose_rhs: bool = False, init: ir.Value | None = None
) -> ir.Value:
    """The product of two matrices, or of two stacks of matrices (rank 3), added to `init` if given.

    The maps are always spelled out: not every consumer of linalg knows the defaults. Vectors that are multiplied by one
    element are so elementwise, which is no work for a matrix product.
    """
    batch = len(shape_of(lhs)) - 2
    rows, depth = shape_of(lhs)[-2:][:: -1 if transpose_lhs else 1]
    columns = shape_of(rhs)[-2 if transpose_rhs else -1]
    if depth == 1 and 1 in (rows, columns):
        product = outer(lhs, rhs, rows, columns)
        return product if init is None else add(init, product)
    leading = list(range(batch))
    m, n, k = batch, batch + 1, batch + 2
    maps = [
        projection(batch + 3, leading + ([k, m] if transpose_lhs else [m, k])),
        projection(batch + 3, leading + ([n, k] if transpose_rhs else [k, n])),
        projection(batch + 3, [*leading, m, n]),
    ]
    if init is None:
        init = filled([*shape_of(lhs)[:-2], rows, columns], accumulator(lhs, rhs), 0.0)
    attribute = ir.ArrayAttr.get([ir.AffineMapAttr.get(map_) for map_ in maps])
    build = linalg.batch_matmul if batch else linalg.matmul
    return build(lhs, rhs, outs=[init], indexing_maps=attribute)


def outer(lhs: ir.Value, rhs: ir.Value, rows: int, columns: int) -> ir.Value:
    """Each element of [..., rows] times each of [..., columns]."""
    element, batch = accumulator(lhs, rhs), shape_of(lhs)[:-2]
    rank = len(batch) + 2
    leading = list(range(len(batch)))
    maps = [projection(rank, [*leading, rank - 2]), projection(rank, [*leading, rank - 1])]
    vectors = [reshape(lhs, [*batch, rows]), reshape(rhs, [*batch, columns])]

    def multiply(*scalars: ir.Value) -> ir.Value:
        return arith.MulFOp(*(v if v.type == element else arith.ExtFOp(element, v).result for v in scalars)).result

    return elementwise([*batch, rows, columns], element, vectors, multiply, maps)
