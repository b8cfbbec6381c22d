"""pock-prune: removes what nobody needs."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.contract import FROZEN
from pock_mlir.dialects.traits import read_symbols, written_symbols
from pock_mlir.passes.analyses.dependence import unmark
from pock_mlir.passes.analyses.functions import functions_of, operations_of, parameters_of, states_of, views_of
from pock_mlir.passes.backward.custom_vjps import resolve_custom_vjps
from pock_mlir.passes.machinery.registry import register_pass
from pock_mlir.passes.updates.unused import remove_unused


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
            read.update(read_symbols([op]))
    for name, op in parameters_of(module).items():
        if op.is_trained and name not in written:
            op.set_update(FROZEN)
    for op in views_of(module).values():
        if op.is_trained and op.of.value not in written:
            op.operation.attributes["update"] = ir.StringAttr.get(FROZEN)
    for name, op in states_of(module).items():
        if name not in written and name not in read:
            op.operation.erase()
