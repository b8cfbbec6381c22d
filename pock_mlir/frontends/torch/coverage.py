"""The ops of a traced model that cannot even be imported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from torch.export import ExportedProgram

from pock_mlir.compat.torch import OpOverload
from pock_mlir.coverage_report import CoverageReport, Findings, Place
from pock_mlir.frontends.torch.export import TracedModel
from pock_mlir.frontends.torch.user_code import node_place
from pock_mlir.passes.forward.convert_torch_to_pock import ASSERTIONS, torch_op


def scan(traced: TracedModel) -> CoverageReport:
    """Looks at the ops of a traced model by name only, at gradients not at all."""
    findings = Findings()
    for name, program in traced.programs.items():
        findings.counts[name] = Counter()
        for op, is_supported, place in _calls(program):
            if is_supported:
                findings.counts[name][op] += 1
            else:
                findings.add(op, "op", f"{op} is not supported", place, name)
    return findings.report()


def _calls(program: ExportedProgram) -> Iterator[tuple[str, bool, Place]]:
    """The ops that a program calls, and whether they have a conversion."""
    for node in program.graph.nodes:
        if node.op != "call_function" or not hasattr(node.target, "name") or isinstance(node.target, str):
            continue
        op = str(node.target.name()).replace("::", ".").removesuffix(".default")
        if f"torch.{op}" in ASSERTIONS:
            continue
        known = isinstance(node.target, OpOverload) and f"torch.{op}" in torch_op
        yield op, known, Place(*node_place(node))
