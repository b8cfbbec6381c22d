"""Passes that exercise the pass infrastructure; registered only where POCK_TEST_PASSES=1 is set."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Literal

from torch_mlir import ir

from pock_mlir.passes.machinery.registry import PassFailure, register_pass, register_pipeline


@register_pass("test-print-options")
def print_options(
    operation: ir.Operation,
    *,
    count: int = 3,
    ratio: float = 0.5,
    title: str = "none",
    verbose: bool = False,
    names: Sequence[str] = (),
    sizes: Sequence[int] = (1, 2),
    mode: Literal["sum", "mean"] = "sum",
    limit: int | None = None,
) -> None:
    """Prints its options to standard error, and the operation it runs on.

    This line does not belong to the summary.
    """
    values = {"count": count, "ratio": ratio, "title": title, "verbose": verbose}
    values |= {"names": names, "sizes": sizes, "mode": mode, "limit": limit}
    print(operation.name, *(f"{name}={value!r}" for name, value in values.items()), file=sys.stderr, flush=True)


@register_pass("test-rename-functions")
def rename_functions(operation: ir.Operation, *, suffix: str = "_renamed") -> None:
    """Appends a suffix to the name of each function."""
    for function in _operations_named(operation, "func.func"):
        name = ir.StringAttr(function.attributes["sym_name"]).value
        function.attributes["sym_name"] = ir.StringAttr.get(name + suffix)


@register_pass("test-fail")
def fail(operation: ir.Operation, *, op: str = "func.func") -> None:
    """Fails at the first operation of a name."""
    for found in _operations_named(operation, op):
        raise PassFailure(found.location, f"'{op}' cannot be converted")


@register_pass("test-raise")
def raise_exception(operation: ir.Operation) -> None:
    """Raises an exception that is no PassFailure."""
    raise KeyError(f"no entry for {operation.name}")


@register_pass("test-invalidate")
def invalidate(operation: ir.Operation) -> None:
    """Leaves functions whose type contradicts their body."""
    for function in _operations_named(operation, "func.func"):
        function.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get([], [ir.F32Type.get()]))


@register_pipeline("test-pipeline")
def pipeline() -> str:
    """Renames functions and runs CSE."""
    return "test-rename-functions{suffix=_a},func.func(cse)"


@register_pipeline("test-recursive-pipeline")
def recursive_pipeline() -> str:
    """Contains itself."""
    return "cse,test-recursive-pipeline"


def _operations_named(operation: ir.Operation, name: str) -> list[ir.Operation]:
    found: list[ir.Operation] = []

    def visit(visited: ir.Operation) -> ir.WalkResult:
        if visited.name == name:
            found.append(visited)
        return ir.WalkResult.ADVANCE

    operation.walk(visit)
    return found
