"""What of a model can be compiled: its ops by name, and every one that is in the way, by its place in the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pock_mlir.errors import CompileError

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
class Findings:
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
