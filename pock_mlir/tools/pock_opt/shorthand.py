"""Passes named on the command line: `--cse`, `--pock-prune=names=a,b`."""

from __future__ import annotations

import re

from torch_mlir import ir
from torch_mlir.passmanager import PassManager

from pock_mlir.passes.pipeline_text import PipelineError, parse_pipeline
from pock_mlir.passes.registry import lookup_pass, lookup_pipeline

_UNREGISTERED = "does not refer to a registered pass or pass pipeline"
_RESTRICTED = re.compile(r"restricted to '([\w.]+)'")


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
            if _UNREGISTERED in str(error):
                return None
            restricted = _RESTRICTED.search(str(error))
            return f"{restricted[1]}({text})" if restricted else text
    return text
