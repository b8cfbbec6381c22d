"""Lowering of matrix multiplication to linalg.matmul and linalg.batch_matmul, transpositions in their indexing maps."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg

from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.matmul import MatmulOp
from pock_mlir.dialects.upstream import add, reshape

from .rules import lowering
from .structured import as_stored, elementwise, filled, projection


@lowering("pock.matmul")
def matmul(op: MatmulOp) -> ir.Value:
    batch, lhs, rhs = shape_of(op.lhs)[:-2], as_stored(op.lhs), as_stored(op.rhs)
    size = 1
    for dim in batch:
        size *= dim
    if size == 1:
        product = contract(_matrix(lhs), _matrix(rhs), op.transpose_lhs.value, op.transpose_rhs.value)
    else:
        lhs, rhs = (reshape(v, [size, *shape_of(v)[-2:]]) for v in (lhs, rhs))
        product = contract(lhs, rhs, op.transpose_lhs.value, op.transpose_rhs.value)
    return reshape(product, shape_of(op.result))


def _matrix(x: ir.Value) -> ir.Value:
    return reshape(x, shape_of(x)[-2:])


def accumulator(*values: ir.Value) -> ir.Type:
    """The element type in which a contraction of the values adds up: float32 at least."""
    elements = sorted((ranked(v).element_type for v in values), key=lambda element: element.width)
    return elements[-1] if elements[-1].width >= 32 else ir.F32Type.get()


def contract(
    lhs: ir.Value, rhs: ir.Value, transpose_lhs: bool = False, transpose_rhs: bool = False, init: ir.Value | None = None
) -> ir.Value:
    """The product of two matrices, or of two stacks of matrices (rank 3), added to `init` if given.

    The maps are always spelled out: IREE's passes crash on a linalg.matmul that was built without. They also fail on
    vectors of one element times another vector, which are multiplied elementwise.
    """
    batch = len(shape_of(lhs)) - 2
    rows, depth = shape_of(lhs)[-2:][:: -1 if transpose_lhs else 1]
    columns = shape_of(rhs)[-2 if transpose_rhs else -1]
    if depth == 1 and 1 in (rows, columns):
        product = _scaled_vector(lhs, rhs, rows, columns)
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


def _scaled_vector(lhs: ir.Value, rhs: ir.Value, rows: int, columns: int) -> ir.Value:
    """[..., rows] times [..., columns], of which one has a single element."""
    element, batch = accumulator(lhs, rhs), shape_of(lhs)[:-2]
    rank = len(batch) + 2
    leading = list(range(len(batch)))
    maps = [projection(rank, [*leading, rank - 2]), projection(rank, [*leading, rank - 1])]
    vectors = [reshape(lhs, [*batch, rows]), reshape(rhs, [*batch, columns])]

    def multiply(*scalars: ir.Value) -> ir.Value:
        return arith.MulFOp(*(v if v.type == element else arith.ExtFOp(element, v).result for v in scalars)).result

    return elementwise([*batch, rows, columns], element, vectors, multiply, maps)
