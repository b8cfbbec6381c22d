"""What to save as a minimum cut: a network in which a value's capacity is its bytes, from what cannot be computed again
to what the backward pass needs (the partitioner of PyTorch's AOTAutograd decides in this way).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx
from networkx.algorithms.flow import boykov_kolmogorov
from torch_mlir import ir

from pock_mlir.passes.analyses.cost import nbytes

_GIVEN, _NEEDED = "given", "needed"
_BY_OPERANDS, _AS_RESULT = "by operands", "as result"
_PER_BYTE = 4
"""Capacity of a byte, of which less decides between equals."""


@dataclass(frozen=True)
class Cut:
    """`saved` are kept until they are used; `recomputed` are computed again from these."""

    saved: set[ir.Value]
    recomputed: set[ir.Value]


def minimum_cut(
    needed: Iterable[ir.Value],
    sources: Callable[[ir.Value], Sequence[ir.Value] | None],
    surcharge: Mapping[ir.Value, int],
) -> Cut:
    """The cut of the fewest bytes; of several such the one that recomputes least.

    `sources` are the values that one is computed from again, None where it is not: it is then saved or not needed. What
    is held anyway is no source. `surcharge`, below `_PER_BYTE`, decides between values of as many bytes.
    """
    network = networkx.DiGraph()
    network.add_nodes_from((_GIVEN, _NEEDED))
    pending = list(dict.fromkeys(needed))
    for value in pending:
        network.add_edge((value, _AS_RESULT), _NEEDED)
    seen = set(pending)
    while pending:
        value = pending.pop()
        capacity = _PER_BYTE * nbytes(value.type) + surcharge.get(value, 0)
        network.add_edge((value, _BY_OPERANDS), (value, _AS_RESULT), capacity=capacity)
        origins = sources(value)
        if origins is None:
            network.add_edge(_GIVEN, (value, _BY_OPERANDS))
            continue
        for origin in origins:
            network.add_edge((origin, _AS_RESULT), (value, _BY_OPERANDS))
            if origin not in seen:
                seen.add(origin)
                pending.append(origin)
    # The second part is all from which the sink can be reached still: the smallest, so that least is recomputed.
    _, (_, again) = networkx.minimum_cut(network, _GIVEN, _NEEDED, flow_func=boykov_kolmogorov)
    return Cut(
        saved={value for value in seen if (value, _AS_RESULT) in again and (value, _BY_OPERANDS) not in again},
        recomputed={value for value in seen if (value, _BY_OPERANDS) in again},
    )
