"""What a converted program no longer shows: ops whose conversion needs nothing of an operand that torch gives zeros."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from torch_mlir import ir

from pock_mlir.passes.dependence import is_float, owner_of, parameters_behind

from .conversion import Complex, Conversion, op_key

# Ops that take of an operand, or of the second one, its shape and type only.
_LIKE = frozenset(
    f"torch.aten.{name}"
    for name in (
        "empty_like",
        "expand_as",
        "full_like",
        "new_empty",
        "new_full",
        "new_ones",
        "new_zeros",
        "ones_like",
        "rand_like",
        "randint_like",
        "randint_like.low_dtype",
        "randn_like",
        "to.other",
        "type_as",
        "zeros_like",
    )
)


def parameters_of_loss(c: Conversion, operations: Sequence[ir.OpView], loss: ir.Value) -> set[str]:
    """The parameters that torch gives a gradient, be it of zeros: those that the loss depends on by the converted ops,
    or by a torch op of which a float result is made without a float operand (fill_, a slice of nothing, a draw).
    """
    known = {v for value in c.values.values() for v in _tensors(value)}
    producers: dict[ir.Value, list[ir.Operation]] = {}
    for op in operations:
        if op_key(op.operation).startswith("torch.aten.") and op_key(op.operation) not in _LIKE:
            for result in op.operation.results:
                for value in filter(is_float, _tensors(c.values.get(result))):
                    producers.setdefault(value, []).append(op.operation)

    def left_out(value: ir.Value) -> Iterable[ir.Value]:
        for operation in producers.get(value, ()):
            operands = {v for o in operation.operands for v in _tensors(c.values.get(o)) if is_float(v)}
            if missing := operands - {value}:
                yield from missing - _made_of(value, known)

    return parameters_behind(loss, left_out)


def _made_of(value: ir.Value, known: set[ir.Value]) -> set[ir.Value]:
    """The values of `known` that a value is computed from directly: by numbers, not by comparisons; and those of which
    its conversion says itself that no gradient goes to them.
    """
    found, pending = set(), [(value, True)]
    seen = set(pending)
    while pending:
        current, by_numbers = pending.pop()
        operation = owner_of(current)
        if operation is None:
            continue
        for operand in operation.operands:
            if operand in known:
                if (by_numbers and is_float(operand)) or operation.name == "pock.stop_gradient":
                    found.add(operand)
            elif (link := (operand, by_numbers and is_float(operand))) not in seen:
                seen.add(link)
                pending.append(link)
    return found


def _tensors(value: Any) -> list[ir.Value]:
    """The tensors that stand for a torch value."""
    if isinstance(value, list):
        return [v for element in value for v in _tensors(element)]
    if isinstance(value, Complex):
        return [value.real, value.imaginary]
    return [value] if isinstance(value, ir.Value) else []
