"""Reduction of a product over several dimensions: IREE 3.13 fails on it where a factor is broadcast along an outer one
('vector.contract' op invalid accumulator/result vector shape).
"""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg

from pock_mlir.dialects.base import defining_op, ranked, shape_of
from pock_mlir.dialects.rewriting import rebuild
from pock_mlir.dialects.structured import (
    PARALLEL,
    REDUCTION,
    empty,
    generic,
    identity_map,
    iterator,
    projection,
)

from .rules import adaptation

COMBINE = ("addf", "maximumf", "minimumf", "addi", "maxsi", "minsi")


@adaptation("linalg.generic")
def of_product(op: linalg.GenericOp) -> ir.Value | None:
    """One reduction over the longest of the dimensions, and one over the others."""
    dims = [d for d, kind in enumerate(op.iterator_types) if kind == iterator(REDUCTION)]
    if len(dims) < 2 or not _reduces_product(op, dims):
        return None
    longest = max(dims, key=lambda d: shape_of(op.inputs[0])[d])
    inner = _reduced(op, op.inputs[0], [longest])
    return _reduced(op, inner, [d - (d > longest) for d in dims if d != longest])


def _reduces_product(op: linalg.GenericOp, dims: list[int]) -> bool:
    """Whether the op is a plain reduction of the product of two values (a square is none) over `dims`."""
    if len(op.inputs) != 1 or len(op.outputs) != 1 or defining_op(op.outputs[0], linalg.FillOp) is None:
        return False
    product, rank = defining_op(op.inputs[0], arith.MulFOp, arith.MulIOp), len(op.iterator_types)
    maps = [identity_map(rank), projection(rank, [d for d in range(rank) if d not in dims])]
    combine = _body(op)[0]
    return (
        product is not None
        and len(set(product.operation.operands)) > 1
        and [ir.AffineMapAttr(map_).value for map_ in op.indexing_maps] == maps
        and len(_body(op)) == 2
        and combine.operation.name.removeprefix("arith.") in COMBINE
        and set(combine.operation.operands) == set(op.region.blocks[0].arguments)
    )


def _body(op: linalg.GenericOp) -> list[ir.OpView]:
    return list(op.region.blocks[0].operations)


def _reduced(op: linalg.GenericOp, x: ir.Value, dims: list[int]) -> ir.Value:
    """x reduced over `dims` as `op` does it."""
    shape, element, combine = shape_of(x), ranked(x).element_type, _body(op)[0].operation
    rank, initial = len(shape), op.outputs[0].owner.operands[0]
    kept = [d for d in range(rank) if d not in dims]
    out = linalg.fill(initial, outs=[empty([shape[d] for d in kept], element)])
    iterators = [REDUCTION if d in dims else PARALLEL for d in range(rank)]
    maps = [identity_map(rank), projection(rank, kept)]
    return generic([x], [out], maps, iterators, lambda *scalars: rebuild(combine, scalars, [element]).results[0])[0]
