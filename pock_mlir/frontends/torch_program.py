"""Exported programs in the form in which they are imported: what they write is their own state, never their inputs."""

from __future__ import annotations

import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import OutputKind


def separate_writes(program: ExportedProgram) -> ExportedProgram:
    """The program before its decomposition, with a copy of the source of every copy: torch cannot take apart a program
    in which two buffers become one value.
    """
    for module in program.graph_module.modules():  # with the regions of its own, such as those without gradients
        if isinstance(module, torch.fx.GraphModule):
            _copy_sources(module)
    return program


def _copy_sources(module: torch.fx.GraphModule) -> None:
    for node in list(module.graph.nodes):
        if node.op == "call_function" and node.target is torch.ops.aten.copy_.default:
            destination, source, *rest = node.args
            with module.graph.inserting_before(node):
                copy = module.graph.call_function(torch.ops.aten.clone.default, (source,))
            copy.meta = {key: value for key, value in source.meta.items() if key in ("val", "stack_trace")}
            node.args = (destination, copy, *rest)
    module.recompile()


def without_input_writes(program: ExportedProgram) -> ExportedProgram:
    """The program without writes into its inputs, which are the caller's and stay as they are."""
    output = next(node for node in program.graph.nodes if node.op == "output")
    kept = [
        (spec, result)
        for spec, result in zip(program.graph_signature.output_specs, output.args[0], strict=True)
        if spec.kind != OutputKind.USER_INPUT_MUTATION
    ]
    output.args = (tuple(result for _, result in kept),)
    program.graph_signature.output_specs[:] = [spec for spec, _ in kept]
    program.graph_module.recompile()
    return program
