"""Exported programs in the form in which they are imported: what they write is their buffers, each from an op of its
own.
"""

from __future__ import annotations

import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import OutputKind, TensorArgument


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


def normalize(program: ExportedProgram) -> ExportedProgram:
    """The program without writes into its inputs, which are the caller's and stay as they are; and with a copy before
    every buffer that it writes: the importer takes one writer for one op, and a parameter or an input for none.
    """
    output = next(node for node in program.graph.nodes if node.op == "output")
    specs, results = [], []
    for spec, result in zip(program.graph_signature.output_specs, output.args[0], strict=True):
        if spec.kind == OutputKind.USER_INPUT_MUTATION:
            continue
        if spec.kind == OutputKind.BUFFER_MUTATION:
            with program.graph.inserting_before(output):
                copy = program.graph.call_function(torch.ops.aten.clone.default, (result,))
            copy.meta = {"val": result.meta["val"]}
            spec.arg, result = TensorArgument(name=copy.name), copy
        specs.append(spec)
        results.append(result)
    output.args = (tuple(results),)
    program.graph_signature.output_specs[:] = specs
    program.graph_module.recompile()
    return program
