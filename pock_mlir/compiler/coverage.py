"""What of a model can be compiled: its ops by name, and every one that is in the way, by its place in the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from torch.export import ExportedProgram
from torch_mlir import ir

from pock_mlir.compat.torch import OpOverload
from pock_mlir.contract import TRAIN_STEP
from pock_mlir.errors import CompileError
from pock_mlir.frontends.torch.export import TracedModel
from pock_mlir.frontends.torch.user_code import node_place
from pock_mlir.passes.autodiff import Differentiation
from pock_mlir.passes.convert_torch_to_pock import ASSERTIONS, convert_function, torch_op
from pock_mlir.passes.diagnostics import location_name, source_position
from pock_mlir.passes.functions import find_function, function_name, functions_of, parameters_of, views_of
from pock_mlir.passes.registry import PassFailure

Problem = Literal["op", "use", "gradient"]

ADVICE: Mapping[Problem, str] = {
    "op": "write it with other ops, or add the op (docs/add_an_op.md)",
    "use": "write it as the message says or with other ops, or extend the op's conversion (docs/add_an_op.md)",
    "gradient": "freeze what is before it (scheme), detach its input, or add a gradient rule (docs/add_an_op.md)",
}


@dataclass(frozen=True)
class Place:
    """Where an op stands: the path of its module in the user's model ("": the model itself, or the loss), and the line
    of the code where the export kept one.
    """

    module: str = ""
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        module = f"in module '{self.module}'" if self.module else ""
        line = f"at {self.file}:{self.line}" if self.file else ""
        return " ".join(part for part in (module, line) if part)


@dataclass(frozen=True)
class Unsupported:
    """An op that is in the way, at all its places.

    `problem`: the op has no conversion ("op"), this use of it has none ("use"), or it has no gradient and stands
    between trained parameters and the loss ("gradient"). `functions` are those in which it occurs: train_step, predict.
    """

    op: str
    problem: Problem
    message: str
    places: tuple[Place, ...]
    functions: tuple[str, ...]

    @property
    def advice(self) -> str:
        return ADVICE[self.problem]

    def __str__(self) -> str:
        where = ", ".join(filter(None, map(str, self.places)))
        return f"{self.message} ({where})" if where else self.message


@dataclass(frozen=True)
class CoverageReport:
    """The ops of a model: `supported` says how often each is used per function, `unsupported` what is in the way."""

    supported: Mapping[str, Mapping[str, int]]
    unsupported: tuple[Unsupported, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is in the way."""
        return not self.unsupported

    def __str__(self) -> str:
        """All that is in the way, and what to do, as one line."""
        if self.ok:
            return f"all {len(self.supported)} kinds of ops are supported"
        advice = dict.fromkeys(item.advice for item in self.unsupported)
        return "; ".join([*map(str, self.unsupported), *advice])

    def to_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "supported": {op: dict(counts) for op, counts in self.supported.items()},
            "unsupported": [
                {
                    "op": item.op,
                    "problem": item.problem,
                    "message": item.message,
                    "advice": item.advice,
                    "functions": list(item.functions),
                    "places": [vars(place) for place in item.places],
                }
                for item in self.unsupported
            ],
        }


class UnsupportedOps(CompileError):
    """The model has ops that are not supported: all of them, in `report`."""

    def __init__(self, report: CoverageReport) -> None:
        super().__init__(str(report))
        self.report = report


@dataclass
class _Findings:
    """Collects what is in the way, by op and message, in the order of the program."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    items: dict[tuple[str, Problem, str], tuple[dict[Place, None], dict[str, None]]] = field(default_factory=dict)

    def add(self, op: str, problem: Problem, message: str, place: Place, function: str) -> None:
        places, functions = self.items.setdefault((op, problem, message), ({}, {}))
        places[place] = None
        functions[function] = None

    def report(self) -> CoverageReport:
        ops = sorted({op for counts in self.counts.values() for op in counts})
        supported = {op: {name: counts[op] for name, counts in self.counts.items()} for op in ops}
        unsupported = [Unsupported(*key, tuple(places), tuple(names)) for key, (places, names) in self.items.items()]
        return CoverageReport(supported, tuple(unsupported))


def examine(module: ir.Operation, trained: Collection[str]) -> CoverageReport:
    """Looks at an imported module, which it uses up.

    `trained` are the parameters towards which gradients are needed. Raises CompileError where the loss depends on none
    of them.
    """
    findings = _Findings()
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


def scan(traced: TracedModel) -> CoverageReport:
    """Looks at a traced model that cannot even be imported: its ops by name only, gradients not at all."""
    findings = _Findings()
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
