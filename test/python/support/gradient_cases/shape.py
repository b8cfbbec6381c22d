"""Permutations, reshapes, slices and concatenation."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from support.gradients import Case
from torch_mlir import ir
from torch_mlir.dialects import tensor

from pock_mlir.dialects.base import ranked
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import collapse, concat, expand, extract_slice, insert_slice

from .arrays import normal, size_name


def _transpose(shape: Sequence[int], permutation: Sequence[int]) -> Case:
    name = f"{size_name(shape)}-by-{''.join(map(str, permutation))}"
    x = [normal(*shape)]
    return Case("pock.transpose", name, x, lambda v: transpose(v, permutation), lambda v: v.permute(*permutation))


def _collapse(shape: Sequence[int], groups: Sequence[Sequence[int]], result: Sequence[int]) -> Case:
    name = f"{size_name(shape)}-to-{size_name(result)}"
    x = [normal(*shape)]
    return Case("tensor.collapse_shape", name, x, lambda v: collapse(v, groups), lambda v: v.reshape(result))


def _expand(shape: Sequence[int], groups: Sequence[Sequence[int]], result: Sequence[int]) -> Case:
    name = f"{size_name(shape)}-to-{size_name(result)}"
    x = [normal(*shape)]
    return Case("tensor.expand_shape", name, x, lambda v: expand(v, groups, result), lambda v: v.reshape(result))


def _index(offsets: Sequence[int], sizes: Sequence[int], strides: Sequence[int]) -> tuple[slice, ...]:
    return tuple(
        slice(offset, offset + (size - 1) * stride + 1, stride)
        for offset, size, stride in zip(offsets, sizes, strides, strict=True)
    )


def _extract(shape: Sequence[int], offsets: Sequence[int], sizes: Sequence[int], strides: Sequence[int]) -> Case:
    name = f"{size_name(shape)}-at-{size_name(offsets)}-of-{size_name(sizes)}-by-{size_name(strides)}"
    index = _index(offsets, sizes, strides)
    build = lambda x: extract_slice(x, offsets, sizes, strides)  # noqa: E731
    return Case("tensor.extract_slice", name, [normal(*shape)], build, lambda x: x[index])


def _insert(source: Sequence[int], into: Sequence[int], offsets: Sequence[int], strides: Sequence[int]) -> Case:
    name = f"{size_name(source)}-into-{size_name(into)}-at-{size_name(offsets)}-by-{size_name(strides)}"
    index = _index(offsets, source, strides)

    def reference(x: torch.Tensor, background: torch.Tensor) -> torch.Tensor:
        result = background.clone()
        result[index] = x
        return result

    operands = [normal(*source, seed=1), normal(*into, seed=2)]
    build = lambda x, background: insert_slice(x, background, offsets, strides)  # noqa: E731
    return Case("tensor.insert_slice", name, operands, build, reference)


def _extract_row(x: ir.Value) -> ir.Value:
    """Row 1 as a vector: an extract_slice whose result has fewer dimensions."""
    result = ir.RankedTensorType.get([4], ranked(x).element_type)
    return tensor.ExtractSliceOp(result, x, [], [], [], [1, 0], [1, 4], [1, 1]).result


def _insert_row(row: ir.Value, x: ir.Value) -> ir.Value:
    return tensor.InsertSliceOp(row, x, [], [], [], [1, 0], [1, 4], [1, 1]).result


def _with_row(row: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    return torch.cat([x[:1], row[None], x[2:]])


def _concat(dim: int, *shapes: Sequence[int]) -> Case:
    name = "-".join([*(size_name(shape) for shape in shapes), f"along-{dim}"])
    operands = [normal(*shape, seed=seed) for seed, shape in enumerate(shapes)]
    return Case("tensor.concat", name, operands, lambda *v: concat(v, dim), lambda *v: torch.cat(v, dim))


CASES = [
    _transpose((3, 4), (1, 0)),
    _transpose((2, 3, 4), (2, 0, 1)),
    _transpose((2, 3, 4), (1, 2, 0)),
    _transpose((2, 1, 4, 3), (0, 2, 1, 3)),
    _transpose((2, 3, 4, 5), (3, 1, 0, 2)),
    _collapse((2, 3), [[0, 1]], (6,)),
    _collapse((2, 3, 4), [[0, 1], [2]], (6, 4)),
    _collapse((1, 1), [], ()),
    _collapse((2, 1, 3, 1), [[0, 1], [2, 3]], (2, 3)),
    _expand((6,), [[0, 1]], (2, 3)),
    _expand((6, 4), [[0], [1, 2, 3]], (6, 2, 1, 2)),
    _expand((), [], (1, 1)),
    _expand((3,), [[0, 1]], (1, 3)),
    _extract((6,), (1,), (3,), (1,)),
    _extract((7,), (1,), (3,), (2,)),
    _extract((4, 6), (1, 0), (2, 3), (1, 2)),
    _extract((3, 8, 4), (0, 2, 1), (3, 2, 1), (1, 3, 1)),
    _extract((4, 5), (3, 4), (1, 1), (1, 1)),
    Case("tensor.extract_slice", "a-row-of-lower-rank", [normal(3, 4)], _extract_row, lambda x: x[1]),
    _insert((3,), (6,), (1,), (1,)),
    _insert((3,), (7,), (1,), (2,)),
    _insert((2, 3), (4, 6), (1, 0), (1, 2)),
    _insert((4, 6), (4, 6), (0, 0), (1, 1)),
    _insert((1, 2, 1), (2, 3, 4), (1, 0, 2), (1, 2, 1)),
    Case("tensor.insert_slice", "a-row-of-lower-rank", [normal(4), normal(3, 4, seed=1)], _insert_row, _with_row),
    _concat(0, (2,), (3,)),
    _concat(0, (2, 3), (1, 3), (4, 3)),
    _concat(1, (2, 3), (2, 1)),
    _concat(2, (2, 1, 3), (2, 1, 1), (2, 1, 2)),
    _concat(1, (2, 3)),
    Case("tensor.concat", "with-itself", [normal(2, 3)], lambda x: concat([x, x], 0), lambda x: torch.cat([x, x])),
]
