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


def complex_numbers_as_tensors(program: ExportedProgram) -> None:
    """Makes tensors of the complex numbers in the code (`x * 1j`) of a program that is not yet decomposed: no importer
    can write the numbers.
    """
    for module in program.graph_module.modules():
        if isinstance(module, torch.fx.GraphModule):
            for node in list(module.graph.nodes):
                if node.op == "call_function" and any(isinstance(argument, complex) for argument in node.args):
                    node.args = tuple(_as_tensor(node, a) if isinstance(a, complex) else a for a in node.args)
            module.recompile()


def _as_tensor(node: torch.fx.Node, number: complex) -> torch.fx.Node:
    """The number as a tensor [] before a node, which takes it for a number when types are promoted."""
    graph, dtype = node.graph, node.meta["val"].dtype.to_real()
    with graph.inserting_before(node):
        parts = [
            graph.call_function(torch.ops.aten.full.default, ([], part), {"dtype": dtype})
            for part in (number.real, number.imag)
        ]
        tensor = graph.call_function(torch.ops.aten.complex.default, tuple(parts))
    for new in (*parts, tensor):
        new.meta = {key: value for key, value in node.meta.items() if key in ("stack_trace", "nn_module_stack")}
    return tensor


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
