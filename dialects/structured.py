"""Builders of upstream's structured ops (linalg) on tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith, linalg, tensor

from .base import defining_op, ranked, shape_of
from .upstream import constant

PARALLEL, REDUCTION = "parallel", "reduction"

Body = Callable[..., "ir.Value | Sequence[ir.Value]"]


def empty(shape: Sequence[int], element: ir.Type) -> ir.Value:
    return tensor.EmptyOp(list(shape), element).result


def filled(shape: Sequence[int], element: ir.Type, value: float | int) -> ir.Value:
    return linalg.fill(constant(value, element), outs=[empty(shape, element)])


def identity_map(rank: int) -> ir.AffineMap:
    return ir.AffineMap.get_identity(rank)


def projection(rank: int, dims: Sequence[int]) -> ir.AffineMap:
    """(d0, ..., d[rank-1]) -> (d[i] for i in dims)."""
    return ir.AffineMap.get(rank, 0, [ir.AffineDimExpr.get(d) for d in dims])


def pad(x: ir.Value, low: Sequence[int], high: Sequence[int], fill: float) -> ir.Value:
    """A tensor with `fill` before and after its elements, by dimension."""
    if not any([*low, *high]):
        return x
    element = ranked(x).element_type
    value = constant(fill, element)
    shape = [before + size + after for before, size, after in zip(low, shape_of(x), high, strict=True)]
    op = tensor.PadOp(ir.RankedTensorType.get(shape, element), x, [], [], list(low), list(high))
    block = op.regions[0].blocks.append(*[ir.IndexType.get()] * len(shape))
    with ir.InsertionPoint(block):
        tensor.YieldOp(value)
    return op.result


def iterator(kind: str) -> ir.Attribute:
    """The attribute for PARALLEL or REDUCTION."""
    return ir.Attribute.parse(f"#linalg.iterator_type<{kind}>")


def generic(
    inputs: Sequence[ir.Value],
    outputs: Sequence[ir.Value],
    maps: Sequence[ir.AffineMap],
    iterators: Sequence[str],
    body: Body,
) -> list[ir.Value]:
    """linalg.generic; `body` gets the scalars of inputs and outputs and returns the new scalars of the outputs.

    Inputs that were widened from a narrow type are read as they are stored, and widened in the body.
    """
    elements = [ranked(v).element_type for v in (*inputs, *outputs)]
    inputs = [as_stored(v) for v in inputs]
    maps_attribute = ir.ArrayAttr.get([ir.AffineMapAttr.get(m) for m in maps])
    kinds = ir.ArrayAttr.get([iterator(kind) for kind in iterators])
    op = linalg.GenericOp([v.type for v in outputs], list(inputs), list(outputs), maps_attribute, kinds)
    block = op.regions[0].blocks.append(*[ranked(v).element_type for v in (*inputs, *outputs)])
    with ir.InsertionPoint(block):
        results = body(*map(_widened, block.arguments, elements))
        linalg.YieldOp([results] if isinstance(results, ir.Value) else list(results))
    return list(op.results)


def as_stored(x: ir.Value) -> ir.Value:
    """The narrow value that x, of float32, was widened from, if it was."""
    widened = defining_op(x, arith.ExtFOp)
    return x if widened is None or not isinstance(x.type.element_type, ir.F32Type) else widened.in_


def _widened(scalar: ir.Value, element: ir.Type) -> ir.Value:
    return scalar if scalar.type == element else arith.ExtFOp(element, scalar).result


def elementwise(
    shape: Sequence[int],
    element: ir.Type,
    inputs: Sequence[ir.Value],
    body: Body,
    maps: Sequence[ir.AffineMap] | None = None,
) -> ir.Value:
    """A tensor whose elements `body` computes from the inputs' elements (by default those at the same index)."""
    rank = len(shape)
    maps = [identity_map(rank)] * len(inputs) if maps is None else list(maps)
    out = empty(shape, element)
    return generic(inputs, [out], [*maps, identity_map(rank)], [PARALLEL] * rank, lambda *scalars: body(*scalars[:-1]))[
        0
    ]


def reduction(
    inputs: Sequence[ir.Value],
    dims: Sequence[int],
    initial: float | int,
    body: Body,
    maps: Sequence[ir.AffineMap] | None = None,
    element: ir.Type | None = None,
) -> ir.Value:
    """Reduces dimensions `dims` of the first input's index space; `body(*elements, accumulator)` returns the new
    accumulator.
    """
    shape = shape_of(inputs[0])
    rank = len(shape)
    kept = [d for d in range(rank) if d not in dims]
    maps = [identity_map(rank)] * len(inputs) if maps is None else list(maps)
    out = filled([shape[d] for d in kept], element or ranked(inputs[0]).element_type, initial)
    iterators = [REDUCTION if d in dims else PARALLEL for d in range(rank)]
    return generic(inputs, [out], [*maps, projection(rank, kept)], iterators, body)[0]
