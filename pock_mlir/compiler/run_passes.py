"""Pipelines run on a user's model: their errors in the words of the model."""

from __future__ import annotations

from collections.abc import Callable

from torch_mlir import ir

from pock_mlir.compiler.clock import Clock
from pock_mlir.compiler.internal_errors import InternalError
from pock_mlir.errors import CompileError
from pock_mlir.passes.machinery.calls import PassCall, Pipeline
from pock_mlir.passes.machinery.diagnostics import Diagnostic, place_text
from pock_mlir.passes.machinery.pipeline import PassError, pipeline_steps, run_pipeline

_NEVER_FAIL = [PassCall("pock-lowering")]


class PassesFailed(CompileError):
    """A pass reported an error; `pass_name` where known."""

    def __init__(self, message: str, pass_name: str | None) -> None:
        super().__init__(message)
        self.pass_name = pass_name


def run_passes(
    module: ir.Operation, pipeline: Pipeline, clock: Clock, behind: Callable[[str], None] = lambda name: None
) -> None:
    """Runs a pipeline; `behind` is called behind each pass with its name.

    Raises PassesFailed, and InternalError where no model should make a pass fail.
    """

    def done(name: str, seconds: float) -> None:
        clock.add(name, seconds)
        behind(name)

    try:
        run_pipeline(module, pipeline, on_pass=done)
    except PassError as error:
        # The model stands in the module twice, as training step and as prediction.
        reasons = list(dict.fromkeys(map(_explain, error.diagnostics))) or [str(error)]
        # Without a name it is invalid IR.
        if error.pass_name in (None, *(step.name for step in pipeline_steps(_NEVER_FAIL))):
            raise InternalError("; ".join(reasons)) from error
        raise PassesFailed("; ".join(reasons), error.pass_name) from error


def _explain(diagnostic: Diagnostic) -> str:
    """A diagnostic as one clause: the message, the module of the user's model, the line in its code."""
    where = place_text(diagnostic.name, diagnostic.position)
    return f"{diagnostic.message} ({where})" if where else diagnostic.message
