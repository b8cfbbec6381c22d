"""pock-choose-lowerings: what each op is to be lowered by, where it has alternatives, written into the IR.

This is where another chooser than the heuristic comes in: a measured one, or one of a backend.
"""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.passes import import_module_of
from pock_mlir.passes.analyses.functions import all_operations_of, functions_of
from pock_mlir.passes.lowering.lowering_heuristics import by_heuristic
from pock_mlir.passes.lowering.lowerings import alternative
from pock_mlir.passes.machinery.alternatives import LOWERING, Chooser, named
from pock_mlir.passes.machinery.registry import PassFailure, fail, register_pass

LOWERS = "convert-pock-to-linalg"
"""The pass with which the tables of lowerings are filled."""


@register_pass("pock-choose-lowerings")
def choose_lowerings(module: ir.Operation) -> None:
    """Names the lowering of each op to which several apply, by the heuristic; what is named already stays."""
    choose(module, by_heuristic)


def choose(module: ir.Operation, chooser: Chooser) -> None:
    """Writes what `chooser` takes, once for each op that has a choice and names none.

    Raises PassFailure, after a look at all ops, where one names what it cannot be lowered by.
    """
    import_module_of(LOWERS)
    failures = []
    for function in functions_of(module):
        for op in all_operations_of(function):
            try:
                _choose(op, chooser)
            except PassFailure as failure:
                failures.append(failure)
    fail(failures)


def _choose(op: ir.OpView, chooser: Chooser) -> None:
    if named(op) is None and len(alternative.applicable(op)) < 2:
        return
    with op.operation.context:
        op.operation.attributes[LOWERING] = ir.StringAttr.get(alternative.chosen(op, chooser).name)
