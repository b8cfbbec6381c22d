"""What a converted program no longer shows: ops whose conversion needs nothing of an operand that torch gives zeros."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch_mlir import ir

from pock_mlir.dialects.state import ReadOp
from pock_mlir.dialects.traits import differentiated_operands
from pock_mlir.passes.analyses.dependence import is_float, owner_of

from .conversion import CASTS, LISTS, Complex, Conversion, op_key

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


# Ops that make of each tensor of a list one of its own.
_EACH = frozenset({"torch.aten.broadcast_tensors", "torch.aten.meshgrid", "torch.aten.meshgrid.indexing"})


def parameters_of_loss(c: Conversion, operations: Sequence[ir.OpView], loss: ir.Value) -> set[str]:
    """The parameters that torch gives a gradient, be it of zeros, where `loss` is a value of the torch program: those
    that it depends on by what the ops were converted to, or by a torch op whose conversion needs nothing of an operand
    (a fill, a slice of nothing, a draw).

    Values of the torch program are followed, not what became of them: of an op that gives back its operand, and leaves
    out another one, both are the same value.
    """
    known = {v for value in c.values.values() for v in _tensors(value)}
    producers = {result: op.operation for op in operations for result in op.operation.results}
    seen, pending, names = {loss}, [loss], set()
    while pending:
        value = pending.pop()
        operation = producers.get(value)
        if operation is None:
            continue
        if isinstance(operation.opview, ReadOp):
            names.add(operation.opview.owner_symbol)
        fresh = [v for v in _passed_on(c, operation, value, producers, known) if v not in seen]
        seen.update(fresh)
        pending += fresh
    return names


def _passed_on(
    c: Conversion,
    operation: ir.Operation,
    value: ir.Value,
    producers: Mapping[ir.Value, ir.Operation],
    known: set[ir.Value],
) -> list[ir.Value]:
    """The operands to which an op passes gradients of one of its results, `value`, on."""
    key, operands = op_key(operation), list(operation.operands)
    if key in LISTS or key in CASTS:
        return operands
    if key == "torch.prim.ListUnpack":
        made = producers.get(operands[0])
        if made is not None and op_key(made) in _EACH:
            return [producers[made.operands[0]].operands[list(operation.results).index(value)]]
        return operands
    if not key.startswith("torch."):
        return [operands[index] for index in differentiated_operands(operation)]
    results = {v for v in _tensors(c.values.get(value)) if is_float(v)}
    computed, stopped = set(results), set()
    for result in results - {v for o in operands for v in _tensors(c.values.get(o))}:
        _made_of(result, known, computed, stopped)
    is_left_out = key.startswith("torch.aten.") and key not in _LIKE

    def passes(v: ir.Value) -> bool:
        return is_float(v) and (v in computed or (is_left_out and v not in stopped))

    return [o for o in operands if any(map(passes, _tensors(c.values.get(o))))]


def _made_of(value: ir.Value, known: set[ir.Value], computed: set[ir.Value], stopped: set[ir.Value]) -> None:
    """Adds the values of `known` that a value is computed from directly: to `computed` by numbers with a gradient, to
    `stopped` where the conversion says that none goes to them; to neither by comparisons alone.
    """
    pending: list[tuple[ir.Value, set[ir.Value] | None]] = [(value, computed)]
    seen: set[tuple[ir.Value, int]] = set()
    while pending:
        current, found = pending.pop()
        operation = owner_of(current)
        if operation is None:
            continue
        differentiated = differentiated_operands(operation)
        for index, operand in enumerate(operation.operands):
            into = found if index in differentiated else stopped
            if not is_float(operand):
                into = None
            if operand in known:
                if into is not None:
                    into.add(operand)
            elif (link := (operand, id(into))) not in seen:
                seen.add(link)
                pending.append((operand, into))


def _tensors(value: Any) -> list[ir.Value]:
    """The tensors that stand for a torch value."""
    if isinstance(value, list):
        return [v for element in value for v in _tensors(element)]
    if isinstance(value, Complex):
        return [value.real, value.imaginary]
    return [value] if isinstance(value, ir.Value) else []
