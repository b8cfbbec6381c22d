"""Views, permutations, slices and concatenation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch_mlir import ir

from pock_mlir.compositions.arrange import padded, padded_by_itself, take
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.broadcast import broadcast, broadcast_shape
from pock_mlir.dialects.transpose import transpose
from pock_mlir.dialects.upstream import concat, extract_slice, insert_slice, reshape

from .conversion import Conversion
from .rules import torch_op


@torch_op(
    "torch.aten.view",
    "torch.aten.reshape",
    "torch.aten._unsafe_view",
    "torch.aten.flatten.using_ints",
    "torch.aten.unflatten.int",
    "torch.aten.unsqueeze",
    "torch.aten.squeeze",
    "torch.aten.squeeze.dim",
    "torch.aten.squeeze.dims",
    "torch.aten._reshape_alias",
)
def view(c: Conversion, x: ir.Value, *options: object) -> ir.Value:
    """The program states the resulting shape."""
    return reshape(x, c.shape)


@torch_op("torch.aten.permute")
def permute(c: Conversion, x: ir.Value, dims: list[int]) -> ir.Value:
    rank = len(shape_of(x))
    return transpose(x, [d % rank for d in dims])


@torch_op("torch.aten.transpose.int")
def transpose_int(c: Conversion, x: ir.Value, first: int, second: int) -> ir.Value:
    dims = list(range(len(shape_of(x))))
    if dims:
        dims[first], dims[second] = dims[second], dims[first]
    return transpose(x, dims)


@torch_op("torch.aten.t", "torch.aten.numpy_T")
def t(c: Conversion, x: ir.Value) -> ir.Value:
    return transpose(x, list(reversed(range(len(shape_of(x))))))


@torch_op("torch.aten.movedim.int")
def movedim(c: Conversion, x: ir.Value, source: int, destination: int) -> ir.Value:
    dims = list(range(len(shape_of(x))))
    dims.insert(destination % len(dims), dims.pop(source % len(dims)))
    return transpose(x, dims)


@torch_op("torch.aten.expand", "torch.aten.expand_as", "torch.aten.broadcast_to")
def expand(c: Conversion, x: ir.Value, *options: object) -> ir.Value:
    return broadcast(x, c.shape)


@torch_op("torch.aten.broadcast_tensors")
def broadcast_tensors(c: Conversion, values: list[ir.Value]) -> list[ir.Value]:
    common: list[int] = []
    for value in values:
        common = broadcast_shape(common, shape_of(value))
    return [broadcast(value, common) for value in values]


@torch_op("torch.aten.repeat")
def repeat(c: Conversion, x: ir.Value, repeats: list[int]) -> ir.Value:
    shape = [1] * (len(repeats) - len(shape_of(x))) + shape_of(x)
    apart = [size for d in shape for size in (1, d)]
    repeated = [size for n, d in zip(repeats, shape, strict=True) for size in (n, d)]
    return reshape(broadcast(reshape(x, apart), repeated), c.shape)


@torch_op("torch.aten.slice.Tensor")
def slice_(
    c: Conversion, x: ir.Value, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> ir.Value:
    shape = shape_of(x)
    dim %= len(shape)
    first, _, _ = slice(start, end, step).indices(shape[dim])
    offsets, strides = [0] * len(shape), [1] * len(shape)
    offsets[dim], strides[dim] = first, step
    return x if c.shape == shape else extract_slice(x, offsets, c.shape, strides)


@torch_op("torch.aten.slice_scatter")
def slice_scatter(
    c: Conversion,
    x: ir.Value,
    source: ir.Value,
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
) -> ir.Value:
    shape = shape_of(x)
    dim %= len(shape)
    offsets, strides = [0] * len(shape), [1] * len(shape)
    offsets[dim], strides[dim] = slice(start, end, step).indices(shape[dim])[0], step
    return insert_slice(c.cast(source, c.element), x, offsets, strides)


@torch_op("torch.aten.select_scatter")
def select_scatter(c: Conversion, x: ir.Value, source: ir.Value, dim: int, index: int) -> ir.Value:
    sizes = shape_of(x)
    dim %= len(sizes)
    first = index % sizes[dim]
    sizes[dim] = 1
    offsets = [first if d == dim else 0 for d in range(len(sizes))]
    return insert_slice(reshape(c.cast(source, c.element), sizes), x, offsets, [1] * len(sizes))


@torch_op("torch.aten.diagonal")
def diagonal(c: Conversion, x: ir.Value, offset: int = 0, first: int = 0, second: int = 1) -> ir.Value:
    """Of matrices of n columns the flattened elements n + 1 apart; the diagonal comes last."""
    rank = len(shape_of(x))
    others = [d for d in range(rank) if d not in (first % rank, second % rank)]
    *batch, rows, columns = shape_of(transpose(x, [*others, first % rank, second % rank]))
    flat = reshape(transpose(x, [*others, first % rank, second % rank]), [*batch, rows * columns])
    start = offset if offset >= 0 else -offset * columns
    ones = [1] * len(batch)
    return extract_slice(flat, [0] * len(batch) + [start], c.shape, [*ones, columns + 1])


@torch_op("torch.aten.select.int")
def select(c: Conversion, x: ir.Value, dim: int, index: int) -> ir.Value:
    shape = shape_of(x)
    dim %= len(shape)
    return reshape(take(x, dim, index % shape[dim], 1), c.shape)


@torch_op("torch.aten.narrow")
def narrow(c: Conversion, x: ir.Value, dim: int, start: int, length: int) -> ir.Value:
    dim %= len(shape_of(x))
    return take(x, dim, start % shape_of(x)[dim], length)


def _parts(x: ir.Value, dim: int, lengths: Sequence[int]) -> list[ir.Value]:
    starts = [sum(lengths[:i]) for i in range(len(lengths))]
    return [take(x, dim, start, length) for start, length in zip(starts, lengths, strict=True)]


@torch_op("torch.aten.split.Tensor", "torch.aten.split_with_sizes", "torch.aten.split.sizes")
def split(c: Conversion, x: ir.Value, size: int | list[int], dim: int = 0) -> list[ir.Value]:
    total = shape_of(x)[dim % len(shape_of(x))]
    lengths = size if isinstance(size, list) else [min(size, total - start) for start in range(0, total, size)]
    return _parts(x, dim % len(shape_of(x)), lengths)


@torch_op("torch.aten.chunk")
def chunk(c: Conversion, x: ir.Value, chunks: int, dim: int = 0) -> list[ir.Value]:
    total = shape_of(x)[dim % len(shape_of(x))]
    return split(c, x, -(-total // chunks), dim)


@torch_op("torch.aten.unbind.int")
def unbind(c: Conversion, x: ir.Value, dim: int = 0) -> list[ir.Value]:
    shape = shape_of(x)
    dim %= len(shape)
    rest = [s for d, s in enumerate(shape) if d != dim]
    return [reshape(part, rest) for part in _parts(x, dim, [1] * shape[dim])]


@torch_op("torch.aten.cat", "torch.aten.concat")
def cat(c: Conversion, values: list[ir.Value], dim: int = 0) -> ir.Value:
    parts = [c.cast(v, c.element) for v in values if shape_of(v) != [0]]
    return concat(parts, dim % len(c.shape))


@torch_op("torch.aten.stack")
def stack(c: Conversion, values: list[ir.Value], dim: int = 0) -> ir.Value:
    dim %= len(c.shape)
    parts = [c.cast(v, c.element) for v in values]
    return concat([reshape(v, [*shape_of(v)[:dim], 1, *shape_of(v)[dim:]]) for v in parts], dim)


@torch_op("torch.aten.constant_pad_nd", "torch.aten.pad")
def pad(c: Conversion, x: ir.Value, amounts: list[int], *options: Any) -> ir.Value:
    mode, value = (
        ("constant", options[0] if options else 0.0)
        if not (options and isinstance(options[0], str))
        else (options[0], options[1])
    )
    shape = shape_of(x)
    if mode != "constant":
        for i in range(len(amounts) // 2):
            x = padded_by_itself(x, len(shape) - 1 - i, amounts[2 * i], amounts[2 * i + 1], mode)
        return x
    low, high = [0] * len(shape), [0] * len(shape)
    for i in range(len(amounts) // 2):
        low[-1 - i], high[-1 - i] = amounts[2 * i], amounts[2 * i + 1]
    if min(amounts, default=0) < 0:
        # Negative amounts cut off.
        starts = [max(-before, 0) for before in low]
        sizes = [s - start + min(after, 0) for s, start, after in zip(shape, starts, high, strict=True)]
        x = extract_slice(x, starts, sizes, [1] * len(shape))
    return padded(x, c.shape, [max(before, 0) for before in low], value or 0)
