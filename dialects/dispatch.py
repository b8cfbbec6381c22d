"""The unit of execution: what runs as one piece."""

from collections.abc import Callable, Sequence
from typing import Any

from torch_mlir import ir
from torch_mlir.dialects.ext import Operand, Region, Result

from .base import OptionalAttribute, Pock, build, require, require_static, verifier
from .rewriting import captured
from .traits import OfState, RegionEffects, written_symbols

CONTRACTION, WINDOW, SCATTER, REDUCTION, UPDATE, ELEMENTWISE, MOVE = KINDS = (
    "contraction",
    "window",
    "scatter",
    "reduction",
    "update",
    "elementwise",
    "move",
)
"""What a dispatch is, by the heaviest of its ops, in this order."""

MOST_OUTPUTS = 8


class DispatchOp(Pock.Operation, name="dispatch", traits=[RegionEffects, OfState, ir.NoTerminatorTrait]):
    """Runs the ops of its region as one piece: memory is planned, order decided, and a backend chosen per dispatch.

    The region uses values from outside as they are; those are its inputs. Each `pock.output` in it, in their order,
    gives one result. Constants stand inside, and so do updates (`pock.update`): what they change they name by symbol.
    `kind` says what a dispatch is by its heaviest op: "contraction", "window", "scatter", "reduction", "update",
    "elementwise" or "move". `backend` (optional) names what shall make its code.
    """

    output0: Sequence[Result[Any]]
    output1: Sequence[Result[Any]]
    output2: Sequence[Result[Any]]
    output3: Sequence[Result[Any]]
    output4: Sequence[Result[Any]]
    output5: Sequence[Result[Any]]
    output6: Sequence[Result[Any]]
    output7: Sequence[Result[Any]]
    kind: ir.StringAttr
    body: Region

    backend = OptionalAttribute(ir.StringAttr)

    @verifier
    def verify_invariants(self) -> None:
        kind = self.kind.value
        require(kind in KINDS, f"attribute 'kind' must be one of {', '.join(KINDS)}, got '{kind}'")

    def verify_region_invariants(self) -> bool:
        return _verify_body(self)

    @property
    def ops(self) -> list[ir.OpView]:
        """The ops of the region, without those that give results."""
        return [op for op in self.body.blocks[0].operations if not isinstance(op, OutputOp)]

    @property
    def inputs(self) -> list[ir.Value]:
        """The values from outside that the region uses, each once, in the order of their use."""
        return captured(self.body.blocks[0].operations)

    @property
    def outputs(self) -> list[ir.Value]:
        """The results, in order."""
        return list(self.operation.results)

    @property
    def written(self) -> list[str]:
        """The parameters and states that are updated in place."""
        return [symbol for op in self.ops for symbol in written_symbols(op)]


class OutputOp(Pock.Operation, name="output", traits=[OfState]):
    """Gives a value out of a `pock.dispatch`: the next of its results."""

    value: Operand[ir.RankedTensorType]

    @verifier
    def verify_invariants(self) -> None:
        parent = self.operation.parent
        require(parent is not None and parent.name == "pock.dispatch", "expects parent op 'pock.dispatch'")


@verifier
def _verify_body(op: DispatchOp) -> None:
    require(len(op.body.blocks) == 1, "expects one block")
    operations = list(op.body.blocks[0].operations)
    given = [str(each.value.type) for each in operations if isinstance(each, OutputOp)]
    results = [str(value.type) for value in op.outputs]
    found = ", ".join(given) or "none"
    require(given == results, f"expects an output for each result ({', '.join(results)}), got {found}")
    for value in op.outputs:
        require_static("results", value)
    names = (each.operation.name for each in operations)
    nested = next((name for name in names if name in ("pock.dispatch", "pock.read")), None)
    require(nested is None, f"expects no '{nested}' inside")


def dispatch(kind: str, types: Sequence[ir.Type], body: Callable[[], Sequence[ir.Value]]) -> DispatchOp:
    """Builds a `pock.dispatch` with results of `types`, at most 8; `body()` builds its ops and returns the results."""
    segments = ir.DenseI32ArrayAttr.get([int(index < len(types)) for index in range(MOST_OUTPUTS)])
    op: Any = build("pock.dispatch", list(types), [], regions=1, kind=kind, resultSegmentSizes=segments)
    with ir.InsertionPoint(op.operation.regions[0].blocks.append()):
        for value in body():
            build("pock.output", [], [value])
    return op
