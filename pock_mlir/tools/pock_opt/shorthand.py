"""Passes named on the command line: `--cse`, `--pock-prune=names=a,b`."""

from __future__ import annotations

from torch_mlir import ir
from torch_mlir.passmanager import PassManager

from pock_mlir.compat.torch_mlir import parse_error
from pock_mlir.passes.machinery.pipeline_text import PipelineError, parse_pipeline
from pock_mlir.passes.machinery.registry import lookup_pass, lookup_pipeline


def find_pass(text: str) -> str | None:
    """Returns the pipeline element for a pass with its options, None if there is no such pass.

    A native pass for operations inside the module, such as functions, is nested in a pipeline for them.
    """
    try:
        (element,) = parse_pipeline(text)
    except (PipelineError, ValueError):
        return None
    if lookup_pass(element.name) is not None or lookup_pipeline(element.name) is not None:
        return text
    with ir.Context():
        try:
            PassManager("builtin.module").add(element.name)
        except ValueError as error:
            reason = parse_error(error)
            if reason.is_unknown:
                return None
            return f"{reason.anchor}({text})" if reason.anchor else text
    return text
