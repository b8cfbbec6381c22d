"""Ops on tensors without elements, decided here: no backend is asked for loops of extent 0."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch_mlir import ir

from pock_mlir.dialects.base import ranked
from pock_mlir.dialects.state import AssignOp, UpdateOp
from pock_mlir.dialects.upstream import concat, constant
from pock_mlir.passes.analyses.functions import all_operations_of, functions_of, parameters_of, states_of

from .reduce import neutral

COMPUTES = ("pock.", "arith.", "math.", "tensor.")


def has_none(type: ir.Type) -> bool:
    """Whether a type is that of a tensor without elements."""
    return isinstance(type, ir.RankedTensorType) and 0 in ir.RankedTensorType(type).shape


def decided(operation: ir.Operation) -> list[ir.Value] | None:
    """What the results are where an operand or a result has no element; None for an op that has to compute.

    A sum over nothing is 0, an extremum the worst of all numbers, a mean NaN.
    """
    results, name = list(operation.results), operation.name
    if not results or not name.startswith(COMPUTES) or name in ("arith.constant", "pock.parameter", "pock.state"):
        return None
    if all(has_none(result.type) for result in results):
        return [constant(0, result.type) for result in results]
    if name == "tensor.concat":
        return _concat_of_some(operation)
    if not name.startswith("pock.") or not any(has_none(value.type) for value in operation.operands):
        return None
    return [constant(value, result.type) for value, result in zip(_of_nothing(operation), results, strict=True)]


def _concat_of_some(operation: ir.Operation) -> list[ir.Value] | None:
    """The parts that have elements; canonicalization gives the op the extent of the others where one is left."""
    parts = [value for value in operation.operands if not has_none(value.type)]
    if len(parts) == len(operation.operands):
        return None
    return [parts[0] if len(parts) == 1 else concat(parts, ir.IntegerAttr(operation.attributes["dim"]).value)]


def _of_nothing(operation: ir.Operation) -> Sequence[float | int]:
    """The elements of each result."""
    if operation.name == "pock.reduce":
        kind = ir.StringAttr(operation.attributes["kind"]).value
        return [neutral(kind, ranked(operation.operands[0]).element_type)]
    if operation.name == "pock.normalize":
        return [0.0, math.nan, math.nan]
    if operation.name == "pock.cross_entropy":
        return [math.nan if ir.StringAttr(operation.attributes["reduction"]).value == "mean" else 0.0]
    return [0] * len(operation.results)


def remove_updates(module: ir.Operation) -> None:
    """Removes the updates of parameters and states without elements."""
    symbols = {**parameters_of(module), **states_of(module)}
    empty = {name for name, op in symbols.items() if has_none(op.type.value)}
    for function in functions_of(module) if empty else ():
        for op in all_operations_of(function):
            if isinstance(op, (UpdateOp, AssignOp)) and op.written[0] in empty:
                op.operation.erase()
