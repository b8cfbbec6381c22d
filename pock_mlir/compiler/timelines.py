"""What a step in pock holds in memory, dispatch by dispatch: known before any backend has planned."""

from __future__ import annotations

from functools import cached_property

from torch_mlir import ir

from pock_mlir.bundle import Held, Timeline, category_of
from pock_mlir.contract import APPLY_GRADIENTS, TRAIN_STEP, role_of
from pock_mlir.dialects.dispatch import DispatchOp, OutputOp
from pock_mlir.origins import Origin, origin_of
from pock_mlir.passes import stage_of
from pock_mlir.passes.analyses.cost import nbytes
from pock_mlir.passes.analyses.functions import function_name, functions_of
from pock_mlir.passes.analyses.liveness import dispatches_of, lifetimes, made_at
from pock_mlir.passes.machinery.pipeline import run_pipeline
from pock_mlir.passes.machinery.registry import lookup_pass

_LOSS = 0
"""Which of a training step's results is the loss."""
_MEMORY = "memory"
"""The stage whose passes decide what is held."""


class History:
    """What becomes of a module: how it is behind pock-pruning, and behind each pass that decides what is held.

    Copies are kept, and their timelines made when they are asked for: a search looks at plans that it never compiles.
    """

    def __init__(self, module: ir.Operation) -> None:
        self._module = module
        self._pruned = self._module
        self._decided: list[tuple[str, ir.Operation]] = []

    def look(self, pass_name: str) -> None:
        """To be called behind each pass, with its name."""
        info = lookup_pass(pass_name)
        if info is not None and stage_of(info.function.__module__) == _MEMORY:
            self._decided.append((pass_name, self._module.clone().operation))
        elif not self._decided:
            self._pruned = self._module.clone().operation

    @cached_property
    def timelines(self) -> tuple[Timeline, ...]:
        """Those of the training steps, in the order of the passes."""
        copies = [("pock-pruning", self._pruned), *self._decided]
        return tuple(timeline for name, copy in copies for timeline in timelines_of(copy, name))


def timelines_of(module: ir.Operation, stage: str) -> tuple[Timeline, ...]:
    """The timelines of the training steps of a module in pock, run in dispatches; it stays as it is."""
    formed = module.clone().operation
    run_pipeline(formed, "pock-note-origins,pock-form-dispatches,pock-schedule-dispatches")
    functions = {function_name(function): function for function in functions_of(formed)}
    trained = [name for name in functions if role_of(name) in (TRAIN_STEP, APPLY_GRADIENTS)]
    return tuple(_timeline(functions[name], name, stage) for name in trained)


def _timeline(function: ir.Operation, name: str, stage: str) -> Timeline:
    dispatches = dispatches_of(function)
    loss_at = made_at(function, _LOSS) if role_of(name) == TRAIN_STEP else None
    updates = {value for op in dispatches if op.written for value in op.inputs}
    held = []
    for each in lifetimes(function):
        made_by = _origin_of_output(dispatches[each.first], each.value)
        is_gradient = bool(made_by.parameter) and each.value in updates
        category = category_of(each.first, each.last, loss_at, is_gradient=is_gradient)
        held.append(Held(nbytes(each.value.type), category, _type_text(each.value.type), each.first, each.last))
    return Timeline.of(stage, name, [_origin_of(op) for op in dispatches], held, loss_at)


def _origin_of(op: DispatchOp) -> Origin:
    """That of a dispatch's heaviest op, whose location it has."""
    return origin_of(ir, op.operation.location) or Origin(op.kind.value)


def _origin_of_output(op: DispatchOp, value: ir.Value) -> Origin:
    """That of the op in a dispatch that makes one of its outputs."""
    given = [each.value for each in op.body.blocks[0].operations if isinstance(each, OutputOp)]
    maker = given[op.outputs.index(value)].owner
    return (None if isinstance(maker, ir.Block) else origin_of(ir, maker.location)) or _origin_of(op)


def _type_text(type: ir.Type) -> str:
    """Shape and element type: "32x128xf32"."""
    return str(type).removeprefix("tensor<").removesuffix(">")
