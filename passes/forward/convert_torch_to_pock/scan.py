"""Running sums, products and differences along a dimension."""

from __future__ import annotations

from collections.abc import Callable

from torch_mlir import ir

from pock_mlir.compositions import scan
from pock_mlir.dialects.base import shape_of
from pock_mlir.dialects.upstream import concat

from .conversion import Conversion
from .rules import torch_op


def _along(c: Conversion, x: ir.Value, dim: int, compose: Callable[[ir.Value, int], ir.Value]) -> ir.Value:
    """In the type of the result; a scalar is its own sum and product."""
    x = c.cast(x, c.element)
    return compose(x, dim % len(shape_of(x))) if shape_of(x) else x


@torch_op("torch.aten.cumsum")
def cumsum(c: Conversion, x: ir.Value, dim: int, dtype: object = None) -> ir.Value:
    return _along(c, x, dim, scan.running_sum)


@torch_op("torch.aten.logcumsumexp")
def log_of_running_sum(c: Conversion, x: ir.Value, dim: int) -> ir.Value:
    return _along(c, x, dim, scan.log_of_running_sum)


@torch_op("torch.aten.diff")
def diff(c: Conversion, x: ir.Value, n: int = 1, dim: int = -1, prepend=None, append=None) -> ir.Value:
    dim %= len(shape_of(x))
    parts = [part for part in (prepend, x, append) if part is not None]
    return scan.difference(concat(parts, dim) if len(parts) > 1 else x, dim, n)


@torch_op("torch.aten.cumprod")
def cumulative_product(c: Conversion, x: ir.Value, dim: int, dtype: object = None) -> ir.Value:
    return _along(c, x, dim, scan.running_product)
