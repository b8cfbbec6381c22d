"""Softmax and its logarithm along one dimension."""

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Result

from .base import Pock, build, require, require_float, require_same_type, shape_of, verifier
from .traits import Pure, ReadsWide, Reduces


def _verify(op: ir.OpView) -> None:
    require_float("x", op.x)
    require_same_type("x", op.x, "result", op.result)
    dim, rank = op.dim.value, len(shape_of(op.x))
    require(0 <= dim < rank, f"attribute 'dim' must be a dimension of {op.x.type}, got {dim}")


class _AlongOne(Pock.Operation, traits=[Pure, Reduces, ReadsWide]):
    """What both share."""

    x: Operand[ir.RankedTensorType]
    result: Result[ir.RankedTensorType]
    dim: ir.IntegerAttr

    verify_invariants = verifier(_verify)


class SoftmaxOp(_AlongOne, name="softmax"):
    """exp(x) / sum(exp(x)) along `dim`, computed from x less its maximum.

    Where a whole row is -inf the result is NaN, as in the framework.
    """


class LogSoftmaxOp(_AlongOne, name="log_softmax"):
    """x - log(sum(exp(x))) along `dim`, computed from x less its maximum."""


def softmax(x: ir.Value, dim: int) -> ir.Value:
    return build("pock.softmax", [x.type], [x], dim=dim % len(shape_of(x))).result


def log_softmax(x: ir.Value, dim: int) -> ir.Value:
    return build("pock.log_softmax", [x.type], [x], dim=dim % len(shape_of(x))).result
