"""What a step saves for its backward pass, as data to be looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from torch_mlir import ir

from pock_mlir.compiler.specs import dtype_of
from pock_mlir.dialects.broadcast import BroadcastOp
from pock_mlir.dialects.traits import Literal, has_trait
from pock_mlir.passes.analyses.cost import nbytes
from pock_mlir.passes.analyses.functions import function_name, functions_of
from pock_mlir.passes.analyses.saved import RECOMPUTED, saved_for_backward
from pock_mlir.passes.analyses.storage import RESHAPES
from pock_mlir.passes.machinery.diagnostics import location_name, source_position


@dataclass(frozen=True)
class SavedTensor:
    """A value that the forward pass computes and the backward pass takes: the op that makes it (without its dialect),
    its size, which ops of the backward pass need it (`needed_by`), what these compute again from it first
    (`recomputed`), and where in the user's model it is from.
    """

    function: str
    op: str
    shape: tuple[int, ...]
    dtype: str
    nbytes: int
    needed_by: tuple[str, ...]
    recomputed: tuple[str, ...]
    module: str
    file: str | None
    line: int | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def list_saved(module: ir.Operation) -> tuple[SavedTensor, ...]:
    """What the functions of a module in pock save, in the order in which it is computed."""
    return tuple(
        _described(function_name(function), value, takers)
        for function in functions_of(module)
        for value, takers in saved_for_backward(function).items()
    )


def _described(function: str, value: ir.Value, takers: list[ir.OpView]) -> SavedTensor:
    op = value.owner.opview
    users, again = _uses(takers)
    position = source_position(op.operation.location)
    return SavedTensor(
        function,
        _short(op),
        tuple(ir.RankedTensorType(value.type).shape),
        dtype_of(value.type),
        nbytes(value.type),
        users,
        again,
        location_name(op.operation.location) or "",
        position and position.file,
        position and position.line,
    )


def _uses(takers: Iterable[ir.OpView]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What needs a value in the end, and what is computed again from it on the way there."""
    users, again, pending = dict[str, None](), dict[str, None](), list(takers)
    seen = {op.operation for op in pending}
    while pending:
        op = pending.pop(0)
        is_again = RECOMPUTED in op.operation.attributes
        if not (isinstance(op, (BroadcastOp, *RESHAPES)) or has_trait(op, Literal)):
            (again if is_again else users)[_short(op)] = None
        if is_again or isinstance(op, RESHAPES):
            for result in op.operation.results:
                for use in result.uses:
                    if use.owner.operation not in seen:
                        seen.add(use.owner.operation)
                        pending.append(use.owner.operation.opview)
    return tuple(users), tuple(again)


def _short(op: ir.OpView) -> str:
    return op.operation.name.split(".")[-1]
