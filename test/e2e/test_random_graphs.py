"""Random graphs of supported torch ops: loss, outputs and gradients against PyTorch (support/random_graphs).

HYPOTHESIS_PROFILE=thorough runs many graphs (RANDOM_GRAPHS of them), others at each run; without it, the same few.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings
from support.random_graphs import Graph, graphs
from support.random_graphs.compare import differences

# Each graph is compiled, which takes seconds.
COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck)}
PROFILES = {
    "default": settings(max_examples=50, derandomize=True, database=None, **COMMON),
    "thorough": settings(max_examples=int(os.environ.get("RANDOM_GRAPHS", "500")), print_blob=True, **COMMON),
}


@settings(PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "default")])
@given(graphs())
def test_a_graph_trains_as_in_torch(graph: Graph) -> None:
    assert differences(graph) == [], f"\n{graph}"
