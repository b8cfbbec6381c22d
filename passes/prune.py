"""pock-prune: removes what nobody needs."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.passes.autodiff.custom_vjp import resolve_custom_vjps
from pock_mlir.passes.dependence import unmark
from pock_mlir.passes.functions import functions_of, operations_of, parameters_of, states_of, views_of
from pock_mlir.passes.registry import register_pass

EFFECTS = frozenset({"pock.assign", "pock.update", "pock.gradient", "func.return", "func.call"})


@register_pass("pock-prune")
def prune(module: ir.Operation) -> None:
    """Removes unused values and states, and freezes parameters that nothing updates.

    Run it after pock-autodiff: of a function that has no gradients, those that the program computes itself go, too.
    """
    written: set[str] = set()
    read: set[str] = set()
    for function in functions_of(module):
        resolve_custom_vjps(function.regions[0].blocks[0])
        remove_unused(function)
        unmark(function)
        for op in operations_of(function):
            written.update(written_symbols(op))
            if op.operation.name == "pock.read":
                read.add(op.symbol.value)
    for name, op in parameters_of(module).items():
        if op.trained.value and name not in written:
            op.operation.attributes["trained"] = ir.BoolAttr.get(False)
    for op in views_of(module).values():
        if op.trained.value and op.of.value not in written:
            op.operation.attributes["trained"] = ir.BoolAttr.get(False)
    for name, op in states_of(module).items():
        if name not in written and name not in read:
            op.operation.erase()


def written_symbols(op: ir.OpView) -> list[str]:
    """The parameters and states that an op writes."""
    if op.operation.name == "pock.update":
        return [symbol.value for symbol in op.states]
    if op.operation.name == "pock.assign":
        return [op.symbol.value]
    if op.operation.name == "pock.gradient":
        return [op.parameter.value]
    return []


def remove_unused(function: ir.Operation) -> None:
    """One sweep from the end: an op goes when its results have no users left."""
    for op in reversed(operations_of(function)):
        operation = op.operation
        if operation.name not in EFFECTS and not any(True for result in operation.results for _ in result.uses):
            operation.erase()
