"""Ops that nobody needs, as several passes leave them behind."""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.traits import has_effect
from pock_mlir.passes.analyses.functions import operations_of


def remove_unused(function: ir.Operation) -> None:
    """One sweep from the end: an op goes when its results have no users left."""
    for op in reversed(operations_of(function)):
        operation = op.operation
        if not has_effect(operation) and not any(True for result in operation.results for _ in result.uses):
            operation.erase()
