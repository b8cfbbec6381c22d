"""pock-choose-saved: which values the backward pass finds saved, and which it computes again.

What the backward pass takes from the forward pass is held while the loss is computed: it makes the peak of a step. Most
of it follows from less by arithmetic that costs next to nothing: both sides of an activation function, of a
normalisation's scale and shift, masks. A minimum cut finds the fewest bytes from which all else that is needed can be
computed again by ops on elements, by softmax and by attention's product of queries and keys, and by no other
contraction. A mask that the backward pass alone computes is saved itself where that is less.

What is computed again is so by the same ops right before its use: no number changes.
"""

from __future__ import annotations

from torch_mlir import ir

from pock_mlir.dialects.state import ReadOp
from pock_mlir.passes.analyses.functions import functions_of
from pock_mlir.passes.analyses.saved import is_held
from pock_mlir.passes.analyses.storage import root
from pock_mlir.passes.machinery.registry import register_pass
from pock_mlir.passes.updates.unused import remove_unused

from .early import save_early
from .flow import Cut, minimum_cut
from .program import Program, computes
from .recompute import Recomputation

LONGEST = 32
"""The most ops that one value is computed again by: of a longer chain (residual blocks) a link is saved."""


@register_pass("pock-choose-saved")
def choose_saved(module: ir.Operation) -> None:
    """Saves for the backward pass the fewest bytes from which it can compute all that it needs without a contraction
    but that of attention's queries and keys.

    Run it after pock-prune: behind an optimizer's pass, which says when parameters change.
    """
    for function in functions_of(module):
        program = Program(function)
        if not program.needed:
            continue
        cut = _cut(program)
        save_early(program, cut)
        Recomputation(program, cut.recomputed - set(program.early)).run()
        remove_unused(function)


def _cut(program: Program) -> Cut:
    """The minimum cut in which no chain is too long and nothing is computed from state that has changed."""
    surcharge = dict.fromkeys(program.early, 1)
    while True:
        cut = minimum_cut(program.needed, program.sources, surcharge)
        unfit = _unfit(program, cut)
        if not unfit:
            return cut
        program.fixed |= unfit


def _unfit(program: Program, cut: Cut) -> set[ir.Value]:
    """The values that are to be saved after all: links of long chains, and what is computed from changed state."""
    again = [result for op in program.forward for result in op.operation.results if result in cut.recomputed]
    chains: dict[ir.Value, frozenset[ir.Operation]] = {}
    reads: dict[ir.Value, frozenset[ReadOp]] = {}
    links: set[ir.Value] = set()
    for value in again:
        op = value.owner.opview
        parts = [v for v in program.sources(value) or () if v in chains]
        own = frozenset([op.operation]) if computes(op) else frozenset[ir.Operation]()
        chains[value] = own.union(*(chains[v] for v in parts))
        if len(chains[value]) > LONGEST:
            link = max(parts, key=lambda v: len(chains[v]))
            links.add(link)
            chains[link] = frozenset()
            chains[value] = own.union(*(chains[v] for v in parts))
        owners = (root(v).owner for v in op.operation.operands if is_held(v))
        direct = (owner.opview for owner in owners if not isinstance(owner, ir.Block))
        reads[value] = frozenset(o for o in direct if isinstance(o, ReadOp)).union(*(reads[v] for v in parts))
    return links | {
        value
        for op in program.backward
        for value in op.operation.operands
        if any(program.is_overtaken(read, program.place[op.operation]) for read in reads.get(value, ()))
    }
