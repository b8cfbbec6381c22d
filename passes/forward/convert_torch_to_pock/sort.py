"""Order: extrema with their indices, and sorting."""

from __future__ import annotations

import math

from torch_mlir import ir

from pock_mlir.compositions import sort as order
from pock_mlir.compositions.layout import to_last
from pock_mlir.compositions.sort import Extremum
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.upstream import reshape

from .conversion import Conversion
from .rules import torch_op


def _rows(x: ir.Value, dim: int) -> ir.Value:
    """x as a matrix, whose rows are what lies along `dim`."""
    return to_last(x, dim) if shape_of(x) else reshape(x, [1, 1])


@torch_op("torch.aten.argmax")
def argmax(c: Conversion, x: ir.Value, dim: int | None = None, keepdim: bool = False) -> ir.Value:
    return _argument(c, x, dim, "max")


@torch_op("torch.aten.argmin")
def argmin(c: Conversion, x: ir.Value, dim: int | None = None, keepdim: bool = False) -> ir.Value:
    return _argument(c, x, dim, "min")


def _argument(c: Conversion, x: ir.Value, dim: int | None, kind: Extremum) -> ir.Value:
    if dim is None or not shape_of(x):
        x, dim = reshape(x, [math.prod(shape_of(x))]), 0
    return reshape(order.index_of_first_extremum(to_last(x, dim), kind), c.shape)


@torch_op("torch.aten.max.dim")
def max_dim(c: Conversion, x: ir.Value, dim: int, keepdim: bool = False) -> list[ir.Value]:
    return [reshape(v, c.shape) for v in order.first_extremum(_rows(x, dim), "max")]


@torch_op("torch.aten.min.dim")
def min_dim(c: Conversion, x: ir.Value, dim: int, keepdim: bool = False) -> list[ir.Value]:
    return [reshape(v, c.shape) for v in order.first_extremum(_rows(x, dim), "min")]


@torch_op("torch.aten.cummax")
def running_maximum(c: Conversion, x: ir.Value, dim: int) -> list[ir.Value]:
    return order.running_extremum(x, dim, "max")


@torch_op("torch.aten.cummin")
def running_minimum(c: Conversion, x: ir.Value, dim: int) -> list[ir.Value]:
    return order.running_extremum(x, dim, "min")


@torch_op("torch.aten.kthvalue")
def kth_value(c: Conversion, x: ir.Value, k: int, dim: int = -1, keepdim: bool = False) -> list[ir.Value]:
    """The k-th smallest element along `dim`, which gets all of the gradient, and its index."""
    return [reshape(v, c.shape) for v in order.element_at(_rows(x, dim), k - 1)]


@torch_op("torch.aten.median.dim")
def median_along(c: Conversion, x: ir.Value, dim: int = -1, keepdim: bool = False) -> list[ir.Value]:
    return [reshape(v, c.shape) for v in order.median_of_rows(_rows(x, dim))]


@torch_op("torch.aten.median")
def median(c: Conversion, x: ir.Value) -> ir.Value:
    return order.median_of_all(x)


@torch_op("torch.aten.sort")
def sort(c: Conversion, x: ir.Value, dim: int = -1, descending: bool = False) -> list[ir.Value]:
    return order.sort(x, dim, descending=descending)


@torch_op("torch.aten.sort.stable")
def stable_sort(
    c: Conversion, x: ir.Value, stable: bool | None = None, dim: int = -1, descending: bool = False
) -> list[ir.Value]:
    return order.sort(x, dim, descending=descending)


@torch_op("torch.aten.argsort")
def argsort(c: Conversion, x: ir.Value, dim: int = -1, descending: bool = False) -> ir.Value:
    return order.sort(x, dim, descending=descending)[1]


@torch_op("torch.aten.topk")
def topk(
    c: Conversion, x: ir.Value, k: int, dim: int = -1, largest: bool = True, ordered: bool = True
) -> list[ir.Value]:
    return order.sort(x, dim, descending=largest, k=k)
