"""Builders for the upstream ops that the dialect is used with: arith and math on tensors, tensor's shape ops.

Values in, values out.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch_mlir import ir
from torch_mlir.dialects import arith, math, tensor

from .base import ranked, shape_of


def constant(value: float | int | bool, type: ir.Type) -> ir.Value:
    """A constant of scalar or tensor type, all elements `value`."""
    if not isinstance(type, ir.RankedTensorType):
        return arith.ConstantOp(type, _scalar_attribute(value, type)).result
    element = ir.RankedTensorType(type).element_type
    return arith.ConstantOp(type, ir.DenseElementsAttr.get_splat(type, _scalar_attribute(value, element))).result


def _scalar_attribute(value: float | int | bool, type: ir.Type) -> ir.Attribute:
    if isinstance(type, ir.FloatType):
        return ir.FloatAttr.get(type, float(value))
    return ir.IntegerAttr.get(type, int(value))


def zeros(shape: Sequence[int], element: ir.Type) -> ir.Value:
    return constant(0, ir.RankedTensorType.get(list(shape), element))


def with_element(type: ir.Type, element: ir.Type) -> ir.Type:
    """`type` (scalar or tensor) with another element type."""
    if not isinstance(type, ir.RankedTensorType):
        return element
    return ir.RankedTensorType.get(ir.RankedTensorType(type).shape, element)


def convert_float(x: ir.Value, element: ir.Type) -> ir.Value:
    """A floating-point scalar or tensor with another floating-point element type."""
    source = x.type.element_type if isinstance(x.type, ir.RankedTensorType) else x.type
    if source == element:
        return x
    build = arith.ExtFOp if element.width > source.width else arith.TruncFOp
    return build(with_element(x.type, element), x).result


def add(a: ir.Value, b: ir.Value) -> ir.Value:
    return arith.AddFOp(a, b).result


def sub(a: ir.Value, b: ir.Value) -> ir.Value:
    return arith.SubFOp(a, b).result


def mul(a: ir.Value, b: ir.Value) -> ir.Value:
    return arith.MulFOp(a, b).result


def div(a: ir.Value, b: ir.Value) -> ir.Value:
    return arith.DivFOp(a, b).result


def reciprocal(a: ir.Value) -> ir.Value:
    """1 / a."""
    return div(constant(1.0, a.type), a)


def neg(a: ir.Value) -> ir.Value:
    return arith.NegFOp(a).result


def scale(a: ir.Value, factor: float) -> ir.Value:
    """a * factor."""
    return mul(a, constant(factor, a.type))


def shift(a: ir.Value, offset: float) -> ir.Value:
    """a + offset."""
    return add(a, constant(offset, a.type))


def exp(a: ir.Value) -> ir.Value:
    return math.ExpOp(a).result


def sqrt(a: ir.Value) -> ir.Value:
    return math.SqrtOp(a).result


def compare(predicate: arith.CmpFPredicate, a: ir.Value, b: ir.Value) -> ir.Value:
    return arith.CmpFOp(predicate, a, b).result


def greater(a: ir.Value, b: ir.Value) -> ir.Value:
    return compare(arith.CmpFPredicate.OGT, a, b)


def select(condition: ir.Value, a: ir.Value, b: ir.Value) -> ir.Value:
    return arith.SelectOp(condition, a, b).result


def collapse(x: ir.Value, groups: Sequence[Sequence[int]]) -> ir.Value:
    shape = shape_of(x)
    sizes = []
    for group in groups:
        size = 1
        for dim in group:
            size *= shape[dim]
        sizes.append(size)
    return tensor.CollapseShapeOp(
        ir.RankedTensorType.get(sizes, ranked(x).element_type), x, _reassociation(groups)
    ).result


def expand(x: ir.Value, groups: Sequence[Sequence[int]], shape: Sequence[int]) -> ir.Value:
    result = ir.RankedTensorType.get(list(shape), ranked(x).element_type)
    return tensor.ExpandShapeOp(result, x, _reassociation(groups), [], list(shape)).result


def _reassociation(groups: Sequence[Sequence[int]]) -> ir.ArrayAttr:
    i64 = ir.IntegerType.get_signless(64)
    return ir.ArrayAttr.get([ir.ArrayAttr.get([ir.IntegerAttr.get(i64, d) for d in group]) for group in groups])


def reshape(x: ir.Value, shape: Sequence[int]) -> ir.Value:
    """x in another shape of as many elements, as at most one collapse and one expansion over the finest common
    grouping.
    """
    source, target = shape_of(x), list(shape)
    if source == target:
        return x
    if 0 in source:  # no element says which dimensions belong together
        return zeros(target, ranked(x).element_type)
    if not source:
        return expand(x, [], target)
    if not target:
        return collapse(x, [])
    source_groups, target_groups = common_groups(source, target)
    if len(source_groups) < len(source):
        x = collapse(x, source_groups)
    if len(target_groups) < len(target):
        x = expand(x, target_groups, target)
    return x


def common_groups(source: list[int], target: list[int]) -> tuple[list[list[int]], list[list[int]]]:
    """Consecutive dimensions of both shapes, grouped so that the groups' products agree pairwise."""
    source_groups, target_groups = [], []
    i = j = 0
    while i < len(source) and j < len(target):
        group_i, group_j = [i], [j]
        a, b = source[i], target[j]
        i, j = i + 1, j + 1
        while a != b:
            if (a < b or b == 0) and i < len(source):
                a, i = a * source[i], i + 1
                group_i.append(i - 1)
            else:
                b, j = b * target[j], j + 1
                group_j.append(j - 1)
        source_groups.append(group_i)
        target_groups.append(group_j)
    # What is left over on either side has size 1.
    source_groups[-1].extend(range(i, len(source)))
    target_groups[-1].extend(range(j, len(target)))
    return source_groups, target_groups


def extract_slice(x: ir.Value, offsets: Sequence[int], sizes: Sequence[int], strides: Sequence[int]) -> ir.Value:
    element = ranked(x).element_type
    if 0 in sizes:  # of which MLIR allows no slice at the end
        return zeros(sizes, element)
    result = ir.RankedTensorType.get(list(sizes), element)
    return tensor.ExtractSliceOp(result, x, [], [], [], list(offsets), list(sizes), list(strides)).result


def insert_slice(x: ir.Value, into: ir.Value, offsets: Sequence[int], strides: Sequence[int]) -> ir.Value:
    if 0 in shape_of(x):
        return into
    return tensor.InsertSliceOp(x, into, [], [], [], list(offsets), shape_of(x), list(strides)).result


def concat(values: Sequence[ir.Value], dim: int) -> ir.Value:
    shape = shape_of(values[0])
    shape[dim] = sum(shape_of(v)[dim] for v in values)
    return tensor.ConcatOp(ir.RankedTensorType.get(shape, ranked(values[0]).element_type), dim, list(values)).result
