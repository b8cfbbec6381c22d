"""Numbers kept between bounds."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.dialects import arith

from pock_mlir.dialects import activation
from pock_mlir.dialects.base import ranked
from pock_mlir.dialects.state import stop_gradient
from pock_mlir.dialects.upstream import compare, constant, select

Number = float | int | bool
Predicate = arith.CmpFPredicate


def _is_float(x: ir.Value) -> bool:
    return isinstance(ranked(x).element_type, ir.FloatType)


def clamp(x: ir.Value, low: Number | None, high: Number | None) -> ir.Value:
    """Not by maximum and minimum, whose gradient is shared at a tie: at a bound clamp passes all of it on."""
    low_, high_ = (None if v is None else constant(v, x.type) for v in (low, high))
    if not _is_float(x):
        return _limited(x, low_, high_)
    return select(_inside(x, low_, high_), x, _limited(stop_gradient(x), low_, high_))


def clamp_between(x: ir.Value, low: ir.Value | None = None, high: ir.Value | None = None) -> ir.Value:
    """At a bound the gradient is x's, as in `clamp`; beyond it the bound's, that of the upper one where they cross."""
    if not _is_float(x):
        return _limited(x, low, high)
    limited = _limited(*(None if v is None else stop_gradient(v) for v in (x, low, high)))
    value = limited
    if high is not None:
        above = compare(Predicate.OGT, x, high)
        if low is not None:
            above = arith.OrIOp(above, compare(Predicate.OGT, low, high)).result
        value = select(above, high, value)
    if low is not None:
        below = compare(Predicate.OLT, x, low)
        if high is not None:
            below = arith.AndIOp(below, compare(Predicate.OLT, low, high)).result
        value = select(below, low, value)
    value = select(compare(Predicate.UNO, limited, limited), limited, value)
    return select(_inside(x, low, high), x, value)


def _inside(x: ir.Value, low: ir.Value | None, high: ir.Value | None) -> ir.Value:
    """Whether x is between the bounds, of which one may be None, or at one: NaN is not."""
    conditions = [] if low is None else [compare(Predicate.OGE, x, low)]
    conditions += [] if high is None else [compare(Predicate.OLE, x, high)]
    return conditions[0] if len(conditions) == 1 else arith.AndIOp(*conditions).result


def _limited(x: ir.Value, low: ir.Value | None, high: ir.Value | None) -> ir.Value:
    """min(max(x, low), high): the upper bound where they cross, and NaN where any of the three is."""
    if low is not None:
        x = (arith.MaximumFOp if _is_float(x) else arith.MaxSIOp)(x, low).result
    if high is not None:
        x = (arith.MinimumFOp if _is_float(x) else arith.MinSIOp)(x, high).result
    return x


def hardtanh(x: ir.Value, low: Number = -1.0, high: Number = 1.0) -> ir.Value:
    """Clamp, but at a bound it passes no gradient on. From 0 on it is a relu, whose gradient needs the result only."""
    if not _is_float(x):
        return _limited(x, constant(low, x.type), constant(high, x.type))
    if low == 0.0 and high > 0.0:
        return activation.relu(x, high)
    low_, high_ = constant(low, x.type), constant(high, x.type)
    inside = arith.AndIOp(compare(Predicate.OGT, x, low_), compare(Predicate.OLT, x, high_)).result
    return select(inside, x, _limited(stop_gradient(x), low_, high_))
