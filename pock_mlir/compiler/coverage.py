"""Looks at an imported model for all that is in the way of compiling it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from torch_mlir import ir

from pock_mlir.contract import TRAIN_STEP
from pock_mlir.coverage_report import CoverageReport, Findings, Place, Problem
from pock_mlir.errors import CompileError
from pock_mlir.passes.analyses.functions import find_function, function_name, functions_of, parameters_of, views_of
from pock_mlir.passes.backward.autodiff import Differentiation
from pock_mlir.passes.forward.convert_torch_to_pock import convert_function
from pock_mlir.passes.machinery.diagnostics import location_name, source_position
from pock_mlir.passes.machinery.registry import PassFailure


def examine(module: ir.Operation, trained: Collection[str]) -> CoverageReport:
    """Looks at an imported module, which it uses up.

    `trained` are the parameters towards which gradients are needed. Raises CompileError where the loss depends on none
    of them.
    """
    findings = Findings()
    with module.context, module.location:
        for function in list(functions_of(module)):
            name = function_name(function)
            conversion = convert_function(function, survey=True)
            findings.counts[name] = conversion.counts
            for failure in conversion.failures:
                problem: Problem = "op" if failure.reason is None else "use"
                findings.add(failure.op, problem, failure.message, _place(failure.location), name)
        for op, message, place in _without_gradient(module, trained, bool(findings.items)):
            findings.add(op, "gradient", message, place, TRAIN_STEP)
    return findings.report()


def _without_gradient(
    module: ir.Operation, trained: Collection[str], has_failures: bool
) -> Iterator[tuple[str, str, Place]]:
    """The torch ops without a gradient rule, or with one that fails, between a trained parameter and the loss; with
    what is wrong.
    """
    floating = {
        name
        for name, op in parameters_of(module).items()
        if isinstance(ir.RankedTensorType(op.type.value).element_type, ir.FloatType)
    }
    floating |= {name for name, op in views_of(module).items() if op.of.value in floating}
    step = find_function(module, TRAIN_STEP)
    try:
        failures = Differentiation(step.regions[0].blocks[0], floating & set(trained), survey=True).run()
    except PassFailure as error:
        if has_failures:  # of which the loss may be one
            return
        raise CompileError(error.message) from error
    for failure in reversed(failures):
        location = ir.Location.from_attr(failure.location.attr, failure.location.context)
        # The conversion named the op, around the place in the user's model.
        op = str(location.name_str)
        message = f"{op} has no gradient" if failure.__cause__ is None else f"{op}: {failure.message}"
        yield op, message, _place(location.child_loc)


def _place(location: ir.Location) -> Place:
    position = source_position(location)
    return Place(location_name(location) or "", position and position.file, position and position.line)
