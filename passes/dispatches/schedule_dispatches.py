"""pock-schedule-dispatches: orders the dispatches of a function so that they hold little memory at once.

Values come before their uses, and what reads a parameter before its update. Reads, reshapes and constants, which cost
nothing, go right before what uses them first. A function that uses an old value behind its update stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch_mlir import ir

from pock_mlir.dialects.dispatch import DispatchOp
from pock_mlir.dialects.state import ReadOp
from pock_mlir.dialects.traits import Literal, has_trait, written_symbols
from pock_mlir.passes.analyses.functions import functions_of, operations_of
from pock_mlir.passes.analyses.ordering import Task, low_order
from pock_mlir.passes.analyses.storage import RESHAPES, held_bytes, root
from pock_mlir.passes.machinery.registry import register_pass


@register_pass("pock-schedule-dispatches")
def schedule_dispatches(module: ir.Operation) -> None:
    """Orders dispatches for the smallest peak of what lives between them; never for a higher one."""
    for function in functions_of(module):
        *operations, end = operations_of(function)
        graph = _Graph(operations, end)
        if graph.uses_old_values:
            continue
        order = low_order(graph.tasks)
        if order != sorted(order):
            _arrange(operations, [graph.ops[task] for task in order], end)


def _is_free(op: ir.OpView) -> bool:
    return isinstance(op, (ReadOp, *RESHAPES)) or has_trait(op, Literal)


def _operands(op: ir.OpView) -> list[ir.Value]:
    return op.inputs if isinstance(op, DispatchOp) else list(op.operation.operands)


class _Graph:
    """The ops of a block that cost something (`ops`) as tasks, in the order of the program."""

    def __init__(self, operations: list[ir.OpView], end: ir.OpView) -> None:
        self.ops: list[ir.OpView] = []
        self.tasks: list[Task] = []
        self._made: dict[ir.Value, tuple[int, int]] = {}
        self._read: dict[ir.Value, tuple[str, int | None]] = {}
        self._readers: dict[str, set[int]] = {}
        self._writer: dict[str, int] = {}
        self._returned = {root(value) for value in end.operation.operands}
        self.uses_old_values = False
        for op in operations:
            if isinstance(op, ReadOp):
                self._read[op.result] = op.symbol.value, self._writer.get(op.symbol.value)
            elif not _is_free(op):
                self._add(op)
        self._note_old(self._returned)

    def _add(self, op: ir.OpView) -> None:
        index, after = len(self.tasks), set[int]()
        roots = {root(value) for value in _operands(op)}
        self._note_old(roots)
        for symbol in {self._read[value][0] for value in roots if value in self._read}:
            after |= {self._writer[symbol]} if symbol in self._writer else set()
            self._readers.setdefault(symbol, set()).add(index)
        for symbol in op.written if isinstance(op, DispatchOp) else written_symbols(op):
            after |= self._readers.pop(symbol, set()) | ({self._writer[symbol]} if symbol in self._writer else set())
            self._writer[symbol] = index
        uses = frozenset(self._made[value] for value in roots if value in self._made)
        results = list(op.operation.results)
        self._made.update((value, (index, which)) for which, value in enumerate(results))
        makes = tuple(0 if value in self._returned else held_bytes(value) for value in results)
        self.ops.append(op)
        self.tasks.append(Task(makes, uses, frozenset(after - {index})))

    def _note_old(self, values: set[ir.Value]) -> None:
        reads = (self._read[value] for value in values if value in self._read)
        self.uses_old_values |= any(writer != self._writer.get(symbol) for symbol, writer in reads)


def _arrange(operations: list[ir.OpView], order: list[ir.OpView], end: ir.OpView) -> None:
    """Puts ops in an order, each behind the free ops that it needs; free ops that nothing needs come last."""
    free = {result: op for op in operations if _is_free(op) for result in op.operation.results}

    def needed(op: ir.OpView) -> Iterator[ir.OpView]:
        for value in _operands(op):
            owner = free.pop(value, None)
            if owner is not None:
                yield from needed(owner)
                yield owner

    for op in order:
        for each in (*needed(op), op):
            each.operation.move_before(end.operation)
    for op in operations:
        if any(result in free for result in op.operation.results):
            op.operation.move_before(end.operation)
