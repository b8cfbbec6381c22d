"""`--list-passes`: the passes and pipelines of pock_mlir with their options."""

from __future__ import annotations

from collections.abc import Iterator

from pock_mlir.passes.machinery.calls import pipeline_text
from pock_mlir.passes.machinery.registry import PassInfo, PipelineInfo, registered_passes, registered_pipelines


def list_passes() -> str:
    """The text of --list-passes."""
    lines = ["Passes of pock_mlir:"]
    for info in registered_passes():
        lines += _describe(info)
    lines += ["", "Pipelines of pock_mlir:"]
    for pipeline in registered_pipelines():
        lines += [*_describe(pipeline), f"      = {_expansion(pipeline)}"]
    lines += ["", "All passes and pipelines of MLIR and torch-mlir can be used beside them."]
    return "\n".join(lines)


def _describe(info: PassInfo | PipelineInfo) -> Iterator[str]:
    yield _entry(info.name, info.doc)
    for option in info.options.values():
        yield f"      {option.name}=<{option.type_text}>, default {option.default_text}"


def _expansion(pipeline: PipelineInfo) -> str:
    """What a pipeline stands for by default."""
    body = pipeline.function()
    return body if isinstance(body, str) else pipeline_text(body)


def _entry(name: str, doc: str) -> str:
    return f"  {'--' + name:<36} {doc}"
