"""The dispatches of a step, as data to be looked at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from torch_mlir import ir

from pock_mlir.dialects.broadcast import BroadcastOp
from pock_mlir.dialects.dispatch import DispatchOp
from pock_mlir.dialects.traits import Literal, has_trait
from pock_mlir.passes.analyses.cost import cost_of, state_types
from pock_mlir.passes.analyses.functions import function_name, functions_of, operations_of
from pock_mlir.passes.analyses.liveness import liveness
from pock_mlir.passes.machinery.diagnostics import location_name, source_position
from pock_mlir.passes.machinery.pipeline import run_pipeline


@dataclass(frozen=True)
class Dispatch:
    """What runs as one piece: its ops in order, without their dialects; what it updates in place (symbols); its cost
    (`passes/analyses/cost.py`: operations, bytes read and written); where in the user's model its heaviest op is from.
    """

    function: str
    kind: str
    ops: tuple[str, ...]
    updates: tuple[str, ...]
    flops: int
    read: int
    written: int
    module: str
    file: str | None
    line: int | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def form_dispatches(module: ir.Operation) -> ir.Operation:
    """A module in pock, cut into dispatches in the order in which they run; the one that is given stays as it is."""
    formed = module.clone().operation
    run_pipeline(formed, "pock-form-dispatches,pock-schedule-dispatches")
    return formed


def list_dispatches(module: ir.Operation) -> tuple[Dispatch, ...]:
    """The dispatches that a module in pock is cut into, in the order in which they run."""
    formed = form_dispatches(module)
    types = state_types(formed)
    return tuple(
        _described(function_name(function), op, types)
        for function in functions_of(formed)
        for op in operations_of(function)
        if isinstance(op, DispatchOp)
    )


def plan_transients(module: ir.Operation) -> dict[str, int]:
    """The bytes of transients that each function of a module in pock holds at its worst moment, run in dispatches."""
    functions = functions_of(form_dispatches(module))
    return {function_name(function): liveness(function).peak_bytes for function in functions}


def _described(function: str, op: DispatchOp, types: dict[str, ir.Type]) -> Dispatch:
    computing = (each for each in op.ops if not has_trait(each, Literal) and not isinstance(each, BroadcastOp))
    cost, position = cost_of(op, types), source_position(op.operation.location)
    return Dispatch(
        function,
        op.kind.value,
        tuple(each.operation.name.split(".")[-1] for each in computing),
        tuple(op.written),
        cost.flops,
        cost.read,
        cost.written,
        location_name(op.operation.location) or "",
        position and position.file,
        position and position.line,
    )
