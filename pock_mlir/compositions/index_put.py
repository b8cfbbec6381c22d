"""Rows put at, or added to, places of a table."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects import custom_vjp
from pock_mlir.dialects.base import ranked, shape_of
from pock_mlir.dialects.broadcast import broadcast
from pock_mlir.dialects.embedding import embedding, embedding_grad
from pock_mlir.dialects.reduce import reduce
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import add, constant, reshape, select

from .dense import dense_integers
from .unsupported import Unsupported


def added(table: ir.Value, flat: ir.Value, rows: ir.Value) -> ir.Value:
    if not isinstance(ranked(table).element_type, ir.FloatType):
        raise Unsupported("sums of elements that are not floating-point numbers")
    return add(table, embedding_grad(rows, flat, shape_of(table)[0]))


def replaced(table: ir.Value, flat: ir.Value, rows: ir.Value, id: int) -> ir.Value:
    """Each place looks for the last index that names it: quadratic, but in one loop without memory of that size.

    Each row gets its place's cotangent, also one that did not stay: so it is in PyTorch. `id` is a number that no other
    cotangent of the program has.
    """
    places, width = shape_of(table)
    count = shape_of(flat)[0]
    every = [places, count]
    named = arith.CmpIOp(
        arith.CmpIPredicate.eq,
        broadcast(reshape(dense_integers(range(places)), [places, 1]), every),
        broadcast(flat, every),
    ).result
    order = broadcast(dense_integers(range(count)), every)
    last = reduce(select(named, order, constant(-1, order.type)), [1], "max")
    found = arith.CmpIOp(arith.CmpIPredicate.sge, last, constant(0, last.type)).result
    chosen = arith.MaxSIOp(last, constant(0, last.type)).result
    is_float = isinstance(ranked(rows).element_type, ir.FloatType)
    new = embedding(stop_gradient(rows) if is_float else rows, chosen)
    result = select(broadcast(reshape(found, [places, 1]), [places, width]), new, table)
    if not is_float:
        return result
    cotangent = custom_vjp.cotangent(result, id)
    return custom_vjp.custom_vjp(result, cotangent, rows, embedding(cotangent, flat))
